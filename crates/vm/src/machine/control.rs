//! The control stack: active loops and pending calls.

use crate::error::{ErrorKind, Fault};
use std::ops::RangeInclusive;

/// Most active loops and pending calls together. Programs would need as many nested loops and calls.
pub const MAX_FRAMES: usize = 1 << 16;

/// An active loop or a pending call. The layout is part of the interface: native code reads and writes frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C, u32)]
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
pub struct ControlStack {
    pub(super) frames: Vec<Frame>,
    pub(super) calls: usize,
}

impl ControlStack {
    #[inline]
    pub(crate) fn clear(&mut self) {
        if !self.frames.is_empty() {
            self.frames.clear();
            self.calls = 0;
        }
    }

    pub(crate) fn frames(&self) -> &[Frame] {
        &self.frames
    }

    pub(crate) fn restore(&mut self, frames: Vec<Frame>) {
        self.calls = frames.iter().filter(|frame| matches!(frame, Frame::Call { .. })).count();
        self.frames = frames;
    }

    pub(crate) fn push_loop(&mut self, start: u32, end: u32, remaining: u16) -> Result<(), Fault> {
        self.check_room()?;
        self.frames.push(Frame::Loop { start, end, remaining });
        Ok(())
    }

    fn check_room(&self) -> Result<(), Fault> {
        if self.frames.len() >= MAX_FRAMES {
            let message = format!("more than {MAX_FRAMES} active loops and pending calls");
            return Err(Fault::new(ErrorKind::Limit, message));
        }
        Ok(())
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
    pub(crate) fn jump(&mut self, target: usize) {
        while let Some(Frame::Loop { start, end, .. }) = self.frames.last() {
            if (*start as usize..=*end as usize).contains(&target) {
                break;
            }
            self.frames.pop();
        }
    }

    pub(crate) fn call(&mut self, resume: u32, limit: usize) -> Result<(), Fault> {
        if self.calls >= limit {
            return Err(Fault::new(ErrorKind::Limit, format!("more than {limit} pending calls")));
        }
        self.check_room()?;
        self.calls += 1;
        self.frames.push(Frame::Call { resume });
        Ok(())
    }

    /// Leaves the outermost call that was made within this range of instructions, and everything begun in it; the
    /// instruction that it would have gone back to.
    pub(crate) fn abandon_call(&mut self, made_in: RangeInclusive<usize>) -> Option<u32> {
        let resume = |frame: &Frame| match *frame {
            Frame::Call { resume } if made_in.contains(&(resume as usize).saturating_sub(1)) => Some(resume),
            _ => None,
        };
        let (height, resume) = self.frames.iter().enumerate().find_map(|(i, f)| Some((i, resume(f)?)))?;
        let mut frames = std::mem::take(&mut self.frames);
        frames.truncate(height);
        self.restore(frames);
        Some(resume)
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
