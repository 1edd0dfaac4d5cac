//! The control stack: active loops and pending calls.

use crate::error::{ErrorKind, Fault};

/// An active loop or a pending call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    /// A loop whose body is the instructions `start..=end`.
    Loop {
        /// The first instruction of the body.
        start: u32,
        /// The `end_loop`.
        end: u32,
        /// How many times the body still has to be completed.
        remaining: u16,
    },
    /// A call.
    Call {
        /// The instruction to go back to.
        resume: u32,
    },
}

/// The stack of one run.
#[derive(Debug, Clone, Default)]
pub(crate) struct ControlStack {
    frames: Vec<Frame>,
    calls: usize,
}

impl ControlStack {
    pub(crate) fn clear(&mut self) {
        self.frames.clear();
        self.calls = 0;
    }

    pub(crate) fn frames(&self) -> &[Frame] {
        &self.frames
    }

    pub(crate) fn restore(&mut self, frames: Vec<Frame>) {
        self.calls = frames.iter().filter(|frame| matches!(frame, Frame::Call { .. })).count();
        self.frames = frames;
    }

    pub(crate) fn push_loop(&mut self, start: u32, end: u32, remaining: u16) {
        self.frames.push(Frame::Loop { start, end, remaining });
    }

    /// Counts down the loop that ends at `end`; the start of its body if it goes on.
    pub(crate) fn end_loop(&mut self, end: u32) -> Result<Option<u32>, Fault> {
        match self.frames.last_mut() {
            Some(Frame::Loop { start, end: own, remaining }) if *own == end => {
                *remaining -= 1;
                if *remaining > 0 {
                    return Ok(Some(*start));
                }
                self.frames.pop();
                Ok(None)
            }
            _ => Err(Fault::new(ErrorKind::ControlFlow, "the loop that ends here is not active")),
        }
    }

    /// Leaves the innermost loop; the instruction behind it.
    pub(crate) fn leave_loop(&mut self) -> Result<u32, Fault> {
        match self.frames.last() {
            Some(&Frame::Loop { end, .. }) => {
                self.frames.pop();
                Ok(end + 1)
            }
            _ => Err(Fault::new(ErrorKind::ControlFlow, "no loop is active")),
        }
    }

    /// Leaves every loop of the current call whose body does not contain the target.
    pub(crate) fn jump(&mut self, target: u32) {
        while let Some(Frame::Loop { start, end, .. }) = self.frames.last() {
            if (*start..=*end).contains(&target) {
                break;
            }
            self.frames.pop();
        }
    }

    pub(crate) fn call(&mut self, resume: u32, limit: usize) -> Result<(), Fault> {
        if self.calls >= limit {
            return Err(Fault::new(ErrorKind::Limit, format!("more than {limit} pending calls")));
        }
        self.calls += 1;
        self.frames.push(Frame::Call { resume });
        Ok(())
    }

    /// Leaves the innermost call and the loops begun in it; the instruction to go back to.
    pub(crate) fn leave_call(&mut self) -> Option<u32> {
        if self.calls == 0 {
            return None;
        }
        self.calls -= 1;
        while let Some(frame) = self.frames.pop() {
            if let Frame::Call { resume } = frame {
                return Some(resume);
            }
        }
        None
    }
}
