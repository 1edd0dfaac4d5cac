//! Indents, empty lines and aligned comments.

const INDENT: &str = "    ";
/// The comment behind a longer line is not aligned with others: a single long line would move all of them out of sight,
/// and as many blanks as it is long would stand on each of theirs.
const WIDEST_ALIGNED: usize = 80;

/// One line that has not been written yet, because the comments around it decide its width.
struct Pending {
    text: String,
    comment: Option<String>,
}

/// The text so far.
#[derive(Default)]
pub(super) struct Layout {
    out: String,
    /// Lines of one block, whose comments are aligned.
    block: Vec<Pending>,
    /// An empty line was asked for.
    blank: bool,
    /// The last line was a directive or its heading, which no empty line follows.
    opened: bool,
    /// The heading of the next directive has begun.
    headed: bool,
}

impl Layout {
    /// An empty line; several are one, and none stands at the beginning or the end of a section.
    pub(super) fn blank(&mut self) {
        self.blank = true;
    }

    /// A comment above a directive.
    pub(super) fn heading(&mut self, comment: &str) {
        if !self.headed {
            self.separate();
        }
        self.headed = true;
        self.push(comment.to_owned(), None);
        self.flush();
    }

    /// A comment on a line of its own.
    pub(super) fn remark(&mut self, comment: &str, in_section: bool) {
        self.space();
        self.flush();
        self.push(format!("{}{comment}", if in_section { INDENT } else { "" }), None);
        self.flush();
    }

    /// A directive.
    pub(super) fn directive(&mut self, name: &str, comment: Option<&str>) {
        if !self.headed {
            self.separate();
        }
        self.headed = false;
        self.push(name.to_owned(), comment);
        self.flush();
        (self.blank, self.opened) = (false, true);
    }

    /// A line of a section.
    pub(super) fn content(&mut self, text: &str, comment: Option<&str>) {
        self.space();
        self.push(format!("{INDENT}{text}"), comment);
    }

    /// A line of a section that stands at the margin.
    pub(super) fn margin(&mut self, text: &str, comment: Option<&str>) {
        self.space();
        self.push(text.to_owned(), comment);
    }

    /// The whole text.
    pub(super) fn finish(mut self) -> String {
        self.flush();
        self.out
    }

    /// An empty line before a section.
    fn separate(&mut self) {
        self.flush();
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.blank = false;
    }

    /// The empty line that was asked for, if it may stand here.
    fn space(&mut self) {
        if self.blank && !self.opened {
            self.flush();
            if !self.out.is_empty() {
                self.out.push('\n');
            }
        }
        (self.blank, self.opened) = (false, false);
    }

    fn push(&mut self, text: String, comment: Option<&str>) {
        self.block.push(Pending { text, comment: comment.map(str::to_owned) });
    }

    fn flush(&mut self) {
        let width = |line: &Pending| line.text.chars().count();
        let commented = self.block.iter().filter(|line| line.comment.is_some()).map(width);
        let column = commented.filter(|&width| width <= WIDEST_ALIGNED).max().unwrap_or(0);
        for line in self.block.drain(..) {
            self.out.push_str(&line.text);
            if let Some(comment) = &line.comment {
                let padding = column.saturating_sub(width(&line)) + 2;
                self.out.extend(std::iter::repeat_n(' ', padding));
                self.out.push_str(comment);
            }
            self.out.push('\n');
        }
    }
}
