//! Type ids: what a binary says a register holds.

/// A type of the type table. Hot registers always hold `i32` and cold registers always signals; the declared type is
/// a note to readers and to other tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub u16);

struct Type {
    id: u16,
    name: &'static str,
    aliases: &'static [&'static str],
    bytes: usize,
    legacy_code: Option<u8>,
}

const fn ty(
    id: u16,
    name: &'static str,
    aliases: &'static [&'static str],
    bytes: usize,
    legacy_code: Option<u8>,
) -> Type {
    Type { id, name, aliases, bytes, legacy_code }
}

static TYPES: [Type; 16] = [
    ty(0x0000, "void", &[], 0, None),
    ty(0x0001, "bool", &[], 1, None),
    ty(0x0002, "u8", &[], 1, None),
    ty(0x0003, "i8", &["int8"], 1, Some(6)),
    ty(0x0004, "u16", &[], 2, None),
    ty(0x0005, "i16", &["int16"], 2, Some(5)),
    ty(0x0006, "u32", &[], 4, None),
    ty(0x0007, "i32", &["int", "int32"], 4, Some(1)),
    ty(0x0008, "u64", &[], 8, None),
    ty(0x0009, "i64", &["int64"], 8, Some(7)),
    ty(0x000A, "f16", &["half", "float16"], 2, Some(4)),
    ty(0x000B, "f32", &["float", "float32"], 4, Some(0)),
    ty(0x000C, "f64", &["double", "float64"], 8, None),
    ty(0x0100, "signal", &["ternary"], 2, Some(2)),
    ty(0x0101, "packed_signal", &["packed", "packedternary"], 1, Some(3)),
    ty(0x0102, "chemical", &[], 4, None),
];

impl TypeId {
    /// `i32`, the type of hot registers.
    pub const I32: TypeId = TypeId(0x0007);
    /// The signal type, the type of cold registers.
    pub const SIGNAL: TypeId = TypeId(0x0100);

    fn row(self) -> Option<&'static Type> {
        TYPES.iter().find(|t| t.id == self.0)
    }

    /// The type with this name, in any letter case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<TypeId> {
        let same = |other: &&str| other.eq_ignore_ascii_case(name);
        TYPES.iter().find(|t| same(&t.name) || t.aliases.iter().any(same)).map(|t| TypeId(t.id))
    }

    /// The type's first name; `None` for ids outside the table.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        self.row().map(|t| t.name)
    }

    /// The name that register declarations use: `ternary` and `packed` rather than the type table's names.
    #[must_use]
    pub fn register_name(self) -> Option<&'static str> {
        match self.0 {
            0x0100 => Some("ternary"),
            0x0101 => Some("packed"),
            _ => self.row().filter(|t| t.legacy_code.is_some()).map(|t| t.name),
        }
    }

    /// Bytes of one value; `None` for ids outside the table.
    #[must_use]
    pub fn size(self) -> Option<usize> {
        self.row().map(|t| t.bytes)
    }

    /// Whether a register may be declared with this type.
    #[must_use]
    pub fn is_register_type(self) -> bool {
        self.row().is_some_and(|t| t.legacy_code.is_some())
    }

    /// The type of a legacy one-byte code, 0–7.
    #[must_use]
    pub fn from_legacy_code(code: u8) -> Option<TypeId> {
        TYPES.iter().find(|t| t.legacy_code == Some(code)).map(|t| TypeId(t.id))
    }

    /// All names that a register declaration accepts.
    pub fn register_type_names() -> impl Iterator<Item = &'static str> {
        TYPES
            .iter()
            .filter(|t| t.legacy_code.is_some())
            .flat_map(|t| std::iter::once(t.name).chain(t.aliases.iter().copied()))
    }
}
