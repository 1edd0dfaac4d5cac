//! What an instruction asks its host for, put together once: its registers and numbers stand in the operand bytes.

use ternsig_isa::{Access, Bank, DomainOp, Field, Form, Instruction, Kind, MinLen, Register, Row};

/// What must hold when an operation is handed to the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// A hot register is read: it must be allocated and have at least this many elements.
    Hot {
        /// The register.
        register: Register,
        /// Its least length.
        least: usize,
    },
    /// A cold register is read: it must be allocated.
    Cold {
        /// The register.
        register: Register,
    },
    /// This number is outside its range, which the instruction itself has to refuse.
    Refused {
        /// The field that holds it.
        field: &'static Field,
    },
}

/// What one word of a yielding instruction asks for.
#[derive(Debug, Clone)]
pub struct Request {
    row: &'static Row,
    operands: [u8; 4],
    /// The operation, with every param register read as 0.
    op: DomainOp,
    reads_params: bool,
    checks: Box<[Check]>,
}

impl Request {
    /// The request of an instruction with these operand bytes; `None` if it never yields.
    #[must_use]
    pub fn of(row: &'static Row, operands: [u8; 4]) -> Option<Request> {
        let form = row.form_of(operands);
        let op = build(row, operands, |_| 0)?;
        let reads_params = form.fields.iter().any(|field| matches!(field.kind, Kind::ParamIndex));
        let checks = form.fields.iter().filter_map(|field| check(form, field, operands)).collect();
        Some(Request { row, operands, op, reads_params, checks })
    }

    /// Whether it is the request of this row with these operand bytes.
    #[inline]
    pub(crate) fn is_of(&self, row: &'static Row, operands: [u8; 4]) -> bool {
        std::ptr::eq(self.row, row) && self.operands == operands
    }

    /// Whether it is the request of such a word.
    pub(crate) fn is_of_word(&self, word: &Instruction) -> bool {
        (self.row.ext, self.row.opcode, self.operands) == (word.ext, word.opcode, word.operands)
    }

    /// What must hold before it is made, in the order of the operands.
    #[must_use]
    #[inline]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The operation, where the param registers have these values.
    #[inline]
    pub fn operation(&self, param: impl Fn(usize) -> i32) -> DomainOp {
        if self.reads_params { build(self.row, self.operands, param).unwrap_or(self.op) } else { self.op }
    }
}

fn build(row: &Row, operands: [u8; 4], param: impl Fn(usize) -> i32) -> Option<DomainOp> {
    let fields = row.form_of(operands).fields;
    let value = |field: &Field| match (field.kind, field.extract(operands)) {
        (Kind::ParamIndex, raw) => i64::from(param(raw as usize & 0x3F)),
        (Kind::Blocks, raw) => raw * 256,
        (_, raw) => raw,
    };
    Some(row.yields?.build(|index| fields.get(index).map_or(0, value)))
}

fn check(form: &Form, field: &'static Field, operands: [u8; 4]) -> Option<Check> {
    let Some(register) = field.register_in(operands) else {
        return (!is_within_range(field, operands)).then_some(Check::Refused { field });
    };
    if !matches!(field.access, Access::Read | Access::ReadWrite) {
        return None;
    }
    match register.bank() {
        Bank::Hot => Some(Check::Hot { register, least: least_length(form, field, operands) }),
        Bank::Cold => Some(Check::Cold { register }),
        Bank::Param | Bank::Shape => None,
    }
}

fn least_length(form: &Form, field: &Field, operands: [u8; 4]) -> usize {
    match field.min_len {
        MinLen::Fixed(least) => least,
        MinLen::Beyond(name) => form.field(name).map_or(1, |other| other.extract(operands) as usize + 1),
    }
}

/// A param register may also be encoded as its register byte.
fn is_within_range(field: &Field, operands: [u8; 4]) -> bool {
    let value = field.extract(operands);
    (field.range.0..=field.range.1).contains(&value)
        || matches!(field.kind, Kind::ParamIndex) && (0x80..0xC0).contains(&value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ternsig_isa::table::core::CoreOp;
    use ternsig_isa::table::lifecycle::LifecycleOp;
    use ternsig_isa::table::neuro::NeuroOp;

    #[test]
    fn registers_and_numbers_are_known_before_the_run() {
        let row = NeuroOp::ChemInject.row();
        let request = Request::of(row, [3, 7, 2, 1]).unwrap();
        let op = DomainOp::ChemInject { source: Register::hot(3), chem_id: 7, elem_idx: 2, signed: true };
        assert_eq!(request.operation(|_| 9), op);
        assert_eq!(request.checks(), [Check::Hot { register: Register::hot(3), least: 3 }]);
        assert!(request.is_of(row, [3, 7, 2, 1]));
        assert!(!request.is_of(row, [3, 7, 2, 0]));
        assert!(!request.is_of(NeuroOp::ChemRead.row(), [3, 7, 2, 1]));
    }

    #[test]
    fn param_registers_are_read_when_it_is_made() {
        let request = Request::of(LifecycleOp::StoreWeights.row(), [0x43, 5, 0, 0]).unwrap();
        let op = request.operation(|index| index as i32 * 10);
        assert_eq!(op, DomainOp::StoreWeights { register: Register::cold(3), key_id: 50 });
        assert_eq!(request.checks(), [Check::Cold { register: Register::cold(3) }]);
    }

    #[test]
    fn a_number_out_of_range_is_refused_after_the_registers_before_it() {
        let request = Request::of(LifecycleOp::LogEvent.row(), [2, 200, 0, 0]).unwrap();
        let [Check::Hot { register, .. }, Check::Refused { field }] = request.checks() else {
            panic!("{:?}", request.checks());
        };
        assert_eq!((*register, field.name), (Register::hot(2), "event"));
    }

    #[test]
    fn what_never_yields_requests_nothing() {
        assert!(Request::of(CoreOp::Add.row(), [0; 4]).is_none());
    }
}
