//! The text of a program as a tree: lines, and what stands on each.
//!
//! The tree keeps every line, comments included, and the place of every word, so that the assembler can point at what
//! it speaks of and the formatter can write the file again.

pub(crate) mod lines;
pub(crate) mod number;
pub(crate) mod parse;
pub(crate) mod registers;
pub(crate) mod section;
pub(crate) mod text;
pub(crate) mod tree;

pub(crate) use parse::parse;
pub(crate) use section::Section;
pub(crate) use text::Text;
pub(crate) use tree::{Attribute, Code, File, Instr, LabelDef, LineKind, Node, Pair, RegisterLine, Require};
