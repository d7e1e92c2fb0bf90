//! What a definition is made of, and what is made of it: the symbol table as a graph.
//!
//! Takes checked definitions; gives a [`LineageGraph`], and texts of it through `render`. Its nodes are columns and
//! definitions, its edges uses. Checking refuses definitions that use each other in a circle, so it has no cycles.
//! Tests, sources and matches are not in it: no number of a KPI depends on one.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::base::source::{Sources, Span};
use crate::lang::model::{Definitions, SymbolId, SymbolKind, SymbolTable};
use crate::render::{self, GraphDrawing, GraphNode, RenderOptions};

/// The kinds that are nodes.
pub const KINDS: &[SymbolKind] = SymbolKind::Source.before();

/// Which way edges are followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LineageDirection {
    /// To what a definition uses, down to columns.
    Sources,
    /// To what uses it, up to dashboards.
    Users,
}

/// Who uses what. Indexed by [`SymbolId`]; symbols that are no nodes have no edges.
pub struct LineageGraph<'a> {
    symbols: &'a SymbolTable,
    sources: Vec<BTreeSet<SymbolId>>,
    users: Vec<BTreeSet<SymbolId>>,
}

impl<'a> LineageGraph<'a> {
    pub fn new(definitions: &'a Definitions) -> LineageGraph<'a> {
        let symbols = &definitions.symbols;
        let count = symbols.symbols.len();
        let mut graph = LineageGraph {
            symbols,
            sources: vec![BTreeSet::new(); count],
            users: vec![BTreeSet::new(); count],
        };
        for each in symbols.uses.iter().filter(|each| each.is_dependency) {
            if graph.is_node(each.user) && graph.is_node(each.symbol) {
                graph.sources[each.user.0].insert(each.symbol);
                graph.users[each.symbol.0].insert(each.user);
            }
        }
        graph
    }

    fn is_node(&self, id: SymbolId) -> bool {
        KINDS.contains(&self.symbols.get(id).kind)
    }

    /// The nodes next to one.
    pub fn next(&self, id: SymbolId, direction: LineageDirection) -> &BTreeSet<SymbolId> {
        match direction {
            LineageDirection::Sources => &self.sources[id.0],
            LineageDirection::Users => &self.users[id.0],
        }
    }

    /// These nodes and all that are reached from them.
    pub fn reached(&self, from: &[SymbolId], direction: LineageDirection) -> BTreeSet<SymbolId> {
        let mut reached: BTreeSet<SymbolId> = from.iter().copied().collect();
        let mut rest = from.to_vec();
        while let Some(id) = rest.pop() {
            let next = self.next(id, direction).iter();
            rest.extend(next.filter(|next| reached.insert(**next)));
        }
        reached
    }

    /// All nodes that nothing uses: where a walk to the sources sees everything.
    pub fn ends(&self) -> Vec<SymbolId> {
        let nodes = self.symbols.iter().map(|(id, _)| id);
        nodes
            .filter(|id| self.is_node(*id) && self.users[id.0].is_empty())
            .collect()
    }
}

/// A part of the graph: what is reached from some nodes in one direction.
pub struct LineageView<'a> {
    pub graph: &'a LineageGraph<'a>,
    pub texts: &'a Sources,
    pub roots: Vec<SymbolId>,
    pub direction: LineageDirection,
}

impl LineageView<'_> {
    /// A tree for each root. What was shown is not shown again below another node: a mark refers to it.
    pub fn text(&self, look: RenderOptions) -> String {
        let (drawing, places) = self.drawing();
        let roots: Vec<usize> = self.roots.iter().map(|root| places[root.0]).collect();
        let children: Vec<Vec<usize>> = self
            .nodes()
            .iter()
            .map(|id| {
                let next = self.graph.next(*id, self.direction).iter();
                next.map(|next| places[next.0]).collect()
            })
            .collect();
        render::forest(&drawing.nodes, &children, &roots, look)
    }

    pub fn dot(&self) -> String {
        render::dot(&self.drawing().0)
    }

    pub fn mermaid(&self) -> String {
        render::mermaid(&self.drawing().0)
    }

    /// Nodes by kind, and edges from what is used to what uses it.
    pub fn json(&self) -> String {
        let (drawing, _) = self.drawing();
        let ids = self.nodes();
        let nodes: Vec<Json> = ids.iter().map(|id| self.node_object(*id)).collect();
        let label = |index: usize| self.graph.symbols.get(ids[index]).label();
        let edges: Vec<Json> = drawing
            .edges
            .iter()
            .map(|(from, to)| json!({"from": label(*from), "to": label(*to)}))
            .collect();
        let roots: Vec<String> = self
            .roots
            .iter()
            .map(|root| self.graph.symbols.get(*root).label())
            .collect();
        render::json(&json!({
            "schema_version": 1,
            "direction": match self.direction {
                LineageDirection::Sources => "sources",
                LineageDirection::Users => "users",
            },
            "roots": roots,
            "nodes": nodes,
            "edges": edges,
        }))
    }

    fn node_object(&self, id: SymbolId) -> Json {
        let symbol = self.graph.symbols.get(id);
        let (line, column) = self.texts.line_column(symbol.place);
        json!({
            "id": symbol.label(),
            "kind": symbol.kind.word(),
            "table": symbol.table,
            "name": symbol.name,
            "title": symbol.title,
            "file": self.texts.get(symbol.place.source).name,
            "line": line,
            "column": column,
        })
    }

    fn nodes(&self) -> Vec<SymbolId> {
        let reached = self.graph.reached(&self.roots, self.direction);
        reached.into_iter().collect()
    }

    /// What is to be drawn, and where in it each symbol is.
    fn drawing(&self) -> (GraphDrawing, Vec<usize>) {
        let ids = self.nodes();
        let mut places = vec![usize::MAX; self.graph.symbols.symbols.len()];
        for (place, id) in ids.iter().enumerate() {
            places[id.0] = place;
        }
        let mut edges = Vec::new();
        for id in &ids {
            let sources = self.graph.next(*id, LineageDirection::Sources).iter();
            let shown = sources.filter(|source| places[source.0] != usize::MAX);
            edges.extend(shown.map(|source| (places[source.0], places[id.0])));
        }
        let nodes = ids.iter().map(|id| self.node(*id)).collect();
        (GraphDrawing { nodes, edges }, places)
    }

    fn node(&self, id: SymbolId) -> GraphNode {
        let symbol = self.graph.symbols.get(id);
        GraphNode {
            kind: symbol.kind.word(),
            label: symbol.label(),
            title: symbol.title.clone(),
            place: place(self.texts, symbol.place),
        }
    }
}

/// `kpis/mttr.kpi:3`
pub fn place(texts: &Sources, span: Span) -> String {
    let (line, _) = texts.line_column(span);
    format!("{}:{line}", texts.get(span.source).name)
}
