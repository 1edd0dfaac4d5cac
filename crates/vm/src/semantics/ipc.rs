//! The ipc extension: every instruction is the host's.

use super::yields::yield_op;
use super::{Flow, Word};
use crate::error::Fault;
use crate::machine::Machine;
use ternsig_isa::table::ipc::IpcOp;

pub(super) fn execute(m: &mut Machine, op: IpcOp, word: Word) -> Result<Flow, Fault> {
    match op {
        IpcOp::SendSignal
        | IpcOp::RecvSignal
        | IpcOp::Broadcast
        | IpcOp::Subscribe
        | IpcOp::MailboxPeek
        | IpcOp::MailboxPop
        | IpcOp::BarrierWait
        | IpcOp::AtomicCas => yield_op(m, op.row(), word),
    }
}
