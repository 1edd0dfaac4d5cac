//! Where execution can go from each word.

use super::loops::Loops;
use super::subject::{Subject, Word, core_op};
use ternsig_isa::field::Kind;
use ternsig_isa::table::core::CoreOp;

/// The control flow of a program.
pub(super) struct Flow<'a> {
    subject: &'a Subject<'a>,
    loops: Loops,
}

/// Where execution can go from a word. Indices at the end of the program are left out.
#[derive(Default)]
pub(super) struct Exits {
    /// Words that can be next.
    pub(super) to: [Option<usize>; 2],
    /// For a call, the word behind it: it is next when a `return` is executed.
    pub(super) behind_call: Option<usize>,
    /// Whether execution goes on behind the last call.
    pub(super) returns: bool,
}

impl<'a> Flow<'a> {
    pub(super) fn of(subject: &'a Subject<'a>) -> Flow<'a> {
        Flow { subject, loops: Loops::of(subject.instructions()) }
    }

    /// Where execution can go from the word at an index.
    pub(super) fn exits(&self, index: usize) -> Exits {
        let words = self.subject.instructions();
        let Some(word) = words.get(index) else { return Exits::default() };
        let next = Some(index + 1);
        let label = self.subject.word(index).as_ref().and_then(label);
        let mut exits = Exits::default();
        match core_op(word) {
            Some(CoreOp::Halt) => {}
            Some(CoreOp::Reset) => exits.to = [Some(0), None],
            Some(CoreOp::Return) => exits.returns = true,
            Some(CoreOp::Jump) => exits.to = [label, None],
            Some(CoreOp::Call) => (exits.to, exits.behind_call) = ([label, None], next),
            Some(CoreOp::Loop) if word.operands[2..] == [0, 0] => {
                exits.to = [self.behind(index).or(next), None]
            }
            Some(CoreOp::EndLoop) => exits.to = [next, self.loops.partner(index).map(|start| start + 1)],
            Some(CoreOp::Break) => {
                // Outside every loop it may still leave the loop of a caller; which, is not known.
                exits.to = [self.loops.around(index).and_then(|start| self.behind(start)).or(next), None];
            }
            _ => exits.to = [next, label],
        }
        let within = |exit: Option<usize>| exit.filter(|&exit| exit < words.len());
        exits.to = exits.to.map(within);
        exits.behind_call = within(exits.behind_call);
        exits
    }

    /// The index behind the loop that begins at this one.
    fn behind(&self, start: usize) -> Option<usize> {
        self.loops.partner(start).map(|end| end + 1)
    }

    /// Whether execution can come to a word otherwise than from the one before it.
    pub(super) fn joins(&self) -> Vec<bool> {
        let len = self.subject.instructions().len();
        let mut joins = vec![false; len];
        for index in 0..len {
            let Exits { to, behind_call, .. } = self.exits(index);
            let jumps = to.into_iter().flatten().filter(|&target| target != index + 1);
            for target in jumps.chain(behind_call) {
                joins[target] = true;
            }
        }
        joins
    }
}

/// The target of a word that names one.
fn label(word: &Word) -> Option<usize> {
    let fields = word.row.form_of(word.bytes()).fields;
    let field = fields.iter().find(|field| matches!(field.kind, Kind::Label))?;
    Some(field.extract(word.bytes()) as usize)
}
