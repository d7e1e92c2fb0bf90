//! Graphs without cycles: as trees of lines, for Graphviz, and for Mermaid.

use super::options::{RenderOptions, Style};
use super::text::{harmless, shorten, width};

/// A node and the words it is shown with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GraphNode {
    pub kind: &'static str,
    /// Kind and name: no other node has it.
    pub label: String,
    pub title: Option<String>,
    /// Where it is written: `kpis/mttr.kpi:3`.
    pub place: String,
}

/// What is drawn. Edges are pairs of indexes into the nodes: from what is used to what uses it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct GraphDrawing {
    pub nodes: Vec<GraphNode>,
    pub edges: Vec<(usize, usize)>,
}

/// A tree below each root. A node that has been shown with its children is shown without them elsewhere.
pub fn forest(
    nodes: &[GraphNode],
    children: &[Vec<usize>],
    roots: &[usize],
    look: RenderOptions,
) -> String {
    let mut forest = Forest {
        nodes,
        children,
        look,
        shown: vec![false; nodes.len()],
        text: String::new(),
    };
    for root in roots {
        forest.tree(*root);
    }
    forest.text
}

struct Forest<'a> {
    nodes: &'a [GraphNode],
    children: &'a [Vec<usize>],
    look: RenderOptions,
    shown: Vec<bool>,
    text: String,
}

/// A node that is still to be written, and what stands left of it and of its children.
struct PendingNode {
    node: usize,
    before: String,
    below: String,
}

impl Forest<'_> {
    /// Without recursion: chains of definitions may be long.
    fn tree(&mut self, root: usize) {
        let mut pending = vec![PendingNode {
            node: root,
            before: String::new(),
            below: String::new(),
        }];
        while let Some(next) = pending.pop() {
            let children = &self.children[next.node];
            let is_repeated = self.shown[next.node] && !children.is_empty();
            self.line(&next, is_repeated);
            if is_repeated {
                continue;
            }
            self.shown[next.node] = true;
            for (place, child) in children.iter().enumerate().rev() {
                let (branch, below) = self.branches(place + 1 == children.len());
                pending.push(PendingNode {
                    node: *child,
                    before: format!("{}{branch}", next.below),
                    below: format!("{}{below}", next.below),
                });
            }
        }
    }

    fn branches(&self, is_last: bool) -> (&'static str, &'static str) {
        match (self.look.unicode, is_last) {
            (true, false) => ("├─ ", "│  "),
            (true, true) => ("└─ ", "   "),
            (false, false) => ("|- ", "|  "),
            (false, true) => ("`- ", "   "),
        }
    }

    /// Where the terminal is narrow, the place gives way first, then the title; the name never does.
    fn line(&mut self, pending: &PendingNode, is_repeated: bool) {
        let look = self.look;
        let node = &self.nodes[pending.node];
        let mut text = format!("{}{}", pending.before, harmless(&node.label, look));
        let room = |text: &str| look.width.map(|limit| limit.saturating_sub(width(text)));
        let mut add = |piece: String, style: Style, may_be_cut: bool| {
            let fits = room(&text).is_none_or(|room| width(&piece) <= room);
            if fits {
                text += &look.paint(&piece, style);
            } else if may_be_cut && room(&text).is_some_and(|room| room > 12) {
                text += &shorten(&piece, room(&text).unwrap_or(0), look);
            }
        };
        if is_repeated {
            add(" (above)".to_string(), Style::Dim, false);
        } else {
            if let Some(title) = &node.title {
                add(
                    format!(" \"{}\"", harmless(title, look)),
                    Style::Plain,
                    true,
                );
            }
            add(
                format!("  {}", harmless(&node.place, look)),
                Style::Dim,
                false,
            );
        }
        self.text += text.trim_end();
        self.text.push('\n');
    }
}

/// The graph in the language of Graphviz.
pub fn dot(drawing: &GraphDrawing) -> String {
    let mut text = String::from("digraph lineage {\n  rankdir=LR;\n  node [shape=box];\n");
    for node in &drawing.nodes {
        text += &format!("  {}", dot_quoted(&node.label));
        if let Some(title) = &node.title {
            text += &format!(" [tooltip={}]", dot_quoted(title));
        }
        text += ";\n";
    }
    for (from, to) in &drawing.edges {
        let label = |index: usize| dot_quoted(&drawing.nodes[index].label);
        text += &format!("  {} -> {};\n", label(*from), label(*to));
    }
    text + "}\n"
}

fn dot_quoted(text: &str) -> String {
    let text = harmless(text, RenderOptions::PIPE);
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The graph as a flowchart of Mermaid, which Markdown of code hosts shows.
pub fn mermaid(drawing: &GraphDrawing) -> String {
    let mut text = String::from("flowchart LR\n");
    for (index, node) in drawing.nodes.iter().enumerate() {
        text += &format!("  n{index}[\"{}\"]\n", mermaid_text(&node.label));
    }
    for (from, to) in &drawing.edges {
        text += &format!("  n{from} --> n{to}\n");
    }
    text
}

/// Whatever could end the text or be markup as an entity code.
fn mermaid_text(text: &str) -> String {
    let mut safe = String::new();
    for letter in harmless(text, RenderOptions::PIPE).chars() {
        match letter {
            letter if letter.is_alphanumeric() || matches!(letter, ' ' | '_' | '.' | '-') => {
                safe.push(letter);
            }
            other => safe += &format!("#{};", u32::from(other)),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(label: &str) -> GraphNode {
        GraphNode {
            kind: "kpi",
            label: label.to_string(),
            title: None,
            place: "a.kpi:1".to_string(),
        }
    }

    #[test]
    fn names_can_form_no_markup() {
        let drawing = GraphDrawing {
            nodes: vec![node("kpi a\"];click b\\"), node("kpi b")],
            edges: vec![(0, 1)],
        };
        assert!(dot(&drawing).contains(r#""kpi a\"];click b\\" -> "kpi b";"#));
        assert!(mermaid(&drawing).contains(r#"n0["kpi a#34;#93;#59;click b#92;"]"#));
    }

    #[test]
    fn a_node_is_shown_with_its_children_once_and_fits_the_terminal() {
        let nodes = [node("a"), node("b"), node("c"), node("d")];
        let children = [vec![1, 2], vec![3], vec![1], vec![]];
        let text = forest(&nodes, &children, &[0], RenderOptions::PIPE);
        assert_eq!(
            text,
            "a  a.kpi:1\n├─ b  a.kpi:1\n│  └─ d  a.kpi:1\n└─ c  a.kpi:1\n   └─ b (above)\n"
        );
        let narrow = RenderOptions {
            width: Some(9),
            unicode: false,
            ..RenderOptions::PIPE
        };
        let text = forest(&nodes, &children, &[0], narrow);
        assert_eq!(text, "a\n|- b\n|  `- d\n`- c\n   `- b\n");
    }
}
