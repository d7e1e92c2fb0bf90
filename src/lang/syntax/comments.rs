//! Tokens → the comments of a file, which stand beside the tree.

use super::ast::Comment;
use super::tokens::{Token, TokenKind};
use crate::base::source::{SourceId, Span};

/// Takes the comments out of the tokens, in the order of the text.
pub(super) fn collect(source: SourceId, tokens: &mut Vec<Token>) -> Vec<Comment> {
    let mut comments = Vec::new();
    tokens.retain(|token| {
        if token.kind != TokenKind::Comment {
            return true;
        }
        comments.push(Comment {
            span: Span {
                source,
                start: token.start as u32,
                end: token.end as u32,
            },
            own_line: token.first_on_line,
        });
        false
    });
    comments
}
