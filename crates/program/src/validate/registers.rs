//! Declarations: each register once, of a size that a register can have.

use super::codes;
use super::sink::Sink;
use super::subject::Subject;
use ternsig_isa::limits::MAX_ELEMENTS;

pub(super) fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let mut seen = [false; 256];
    for decl in &subject.program.registers {
        let register = decl.register;
        if register.is_null() {
            sink.push(
                codes::NULL_REGISTER
                    .finding("S63 is declared, whose byte means \"no register\"")
                    .about(register)
                    .help("declare S0 to S62"),
            );
            continue;
        }
        if std::mem::replace(&mut seen[usize::from(register.byte())], true) {
            let finding =
                codes::DUPLICATE_REGISTER.finding(format!("{register} is declared twice")).about(register);
            sink.push(finding.help("remove one declaration; T is another letter for H"));
        }
        if decl.shape.elements() > MAX_ELEMENTS {
            let message = format!(
                "{register} has {} elements, at most {MAX_ELEMENTS} are possible",
                decl.shape.elements()
            );
            let finding = codes::REGISTER_TOO_LARGE.finding(message).about(register);
            sink.push(finding.help("declare a smaller shape"));
        }
    }
}
