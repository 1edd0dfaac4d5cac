//! What a line can hold.

use super::{Section, Text, lines::Line};

/// A whole source.
#[derive(Debug, Default)]
pub(crate) struct File<'s> {
    /// Every line, in order.
    pub(crate) nodes: Vec<Node<'s>>,
}

impl<'s> File<'s> {
    /// The lines of code.
    pub(crate) fn code(&self) -> impl Iterator<Item = (&Node<'s>, &Code<'s>)> {
        self.nodes.iter().filter_map(|node| match &node.kind {
            LineKind::Code(code) => Some((node, code)),
            _ => None,
        })
    }

    /// The names of all labels.
    pub(crate) fn label_names(&self) -> impl Iterator<Item = &'s str> {
        self.code().flat_map(|(_, code)| code.labels.iter().map(|label| label.name.text))
    }
}

/// One line.
#[derive(Debug)]
pub(crate) struct Node<'s> {
    /// Its number, content and comment.
    pub(crate) line: Line<'s>,
    /// What its content is.
    pub(crate) kind: LineKind<'s>,
}

/// The content of a line.
#[derive(Debug)]
pub(crate) enum LineKind<'s> {
    /// Nothing but, perhaps, a comment.
    Blank,
    /// A directive.
    Directive(Section),
    /// A line of `.meta`.
    Meta(Pair<'s>),
    /// A line of `.requires`.
    Require(Require<'s>),
    /// A line of `.registers`.
    Register(RegisterLine<'s>),
    /// A line of `.program`.
    Code(Code<'s>),
    /// A line of `.projection`.
    Projection(Pair<'s>),
    /// A line of a section that is not read, or an `include`.
    Skipped,
    /// A line that could not be read; a diagnostic says why.
    Bad,
}

/// `key value`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair<'s> {
    /// The key, as written.
    pub(crate) key: Text<'s>,
    /// The value, without quotes.
    pub(crate) value: Text<'s>,
    /// Whether the value stood in quotes.
    pub(crate) quoted: bool,
    /// What follows a string and is ignored.
    pub(crate) trailing: Text<'s>,
}

/// `name [id]`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Require<'s> {
    /// The name, as written.
    pub(crate) name: Text<'s>,
    /// The id, as written.
    pub(crate) id: Option<Text<'s>>,
    /// What follows and is ignored.
    pub(crate) trailing: Text<'s>,
}

/// `register: type[dims] attributes`.
#[derive(Debug)]
pub(crate) struct RegisterLine<'s> {
    /// The register's name, as written.
    pub(crate) register: Text<'s>,
    /// The type's name, as written.
    pub(crate) ty: Text<'s>,
    /// What stands between the brackets, separated by commas; `None` without brackets.
    pub(crate) dims: Option<Vec<Text<'s>>>,
    /// The attributes, in their order.
    pub(crate) attributes: Vec<Attribute<'s>>,
    /// What follows and is not understood.
    pub(crate) trailing: Option<Text<'s>>,
}

/// `name=value` behind a register declaration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attribute<'s> {
    /// The name, as written.
    pub(crate) name: Text<'s>,
    /// The value, without quotes.
    pub(crate) value: Text<'s>,
    /// Whether the value stood in quotes.
    pub(crate) quoted: bool,
}

/// `label: instruction`, either of which may be absent.
#[derive(Debug)]
pub(crate) struct Code<'s> {
    /// The labels on this line.
    pub(crate) labels: Vec<LabelDef<'s>>,
    /// The instruction.
    pub(crate) instr: Option<Instr<'s>>,
}

/// The definition of a label.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LabelDef<'s> {
    /// Its name.
    pub(crate) name: Text<'s>,
    /// Whether the name is of the usual form.
    pub(crate) usual: bool,
}

/// `mnemonic operand, operand`.
#[derive(Debug)]
pub(crate) struct Instr<'s> {
    /// The mnemonic, as written.
    pub(crate) mnemonic: Text<'s>,
    /// The operands, as written, without white space around them.
    pub(crate) operands: Vec<Text<'s>>,
}

impl Instr<'_> {
    /// From the mnemonic to the last operand.
    pub(crate) fn span(&self) -> crate::source::Span {
        self.operands.iter().fold(self.mnemonic.span(), |span, operand| span.to(operand.span()))
    }
}
