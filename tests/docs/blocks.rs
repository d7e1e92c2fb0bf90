//! The fenced blocks of the documentation.

use std::fs;
use std::path::Path;

/// One fenced block.
pub struct Block {
    /// Page and line of its first line.
    page: String,
    line: usize,
    /// The first word after the fence.
    pub kind: String,
    /// The second word after the fence, if any.
    pub code: String,
    pub text: String,
}

impl Block {
    pub fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }

    pub fn place(&self) -> String {
        format!("{}:{}", self.page, self.line)
    }
}

/// All blocks of `README.md` and of the pages in `docs/` that say of what kind they are.
pub fn blocks() -> Vec<Block> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages: Vec<_> = fs::read_dir(root.join("docs"))
        .expect("docs/ is there")
        .map(|entry| entry.expect("docs/ can be listed").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    pages.push(root.join("README.md"));
    pages.sort();
    pages.iter().flat_map(|page| of_page(root, page)).collect()
}

fn of_page(root: &Path, page: &Path) -> Vec<Block> {
    let name = page
        .strip_prefix(root)
        .expect("a page of the repository")
        .display()
        .to_string();
    let text = fs::read_to_string(page).expect("a page is text");
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in text.lines().enumerate() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(label), None) => {
                let mut words = label.split_whitespace().map(str::to_owned);
                open = Some(Block {
                    page: name.clone(),
                    line: index + 2,
                    kind: words.next().unwrap_or_default(),
                    code: words.next().unwrap_or_default(),
                    text: String::new(),
                });
            }
            (None, Some(block)) => {
                block.text += line;
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{name}: a block is not closed");
    blocks
}

#[test]
fn there_are_examples_of_every_kind() {
    let all = blocks();
    for kind in ["kpi", "kpi-alone", "query", "kpi-error", "query-error"] {
        assert!(
            all.iter().any(|block| block.is(kind)),
            "no block of kind `{kind}`"
        );
    }
}
