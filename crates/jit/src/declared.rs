//! Structures that C shares: declared once, here, and printed as C from that declaration.

/// A field of a structure that C shares.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// The lines of its documentation.
    pub(crate) doc: &'static [&'static str],
    /// The type of it, or of each of its elements, in C.
    pub(crate) ty: &'static str,
    /// How many elements, if it is an array.
    pub(crate) count: Option<usize>,
    pub(crate) offset: usize,
}

/// A structure that C shares.
pub(crate) trait Declared: Sized {
    /// All of its fields, in their order.
    const FIELDS: &'static [Field];
}

/// A type that a field can have.
pub(crate) trait InC {
    const NAME: &'static str;
    const COUNT: Option<usize> = None;
}

impl<T: InC, const N: usize> InC for [T; N] {
    const NAME: &'static str = T::NAME;
    const COUNT: Option<usize> = Some(N);
}

/// Gives types their names in C.
macro_rules! in_c {
    ($($ty:ty => $name:literal),* $(,)?) => {
        $(impl crate::declared::InC for $ty {
            const NAME: &'static str = $name;
        })*
    };
}
pub(crate) use in_c;

in_c! {
    u32 => "uint32_t",
    u64 => "uint64_t",
    *const u8 => "const uint8_t *",
    *mut u8 => "uint8_t *",
    *const i16 => "const int16_t *",
    *mut i16 => "int16_t *",
    *const i32 => "const int32_t *",
    *mut i32 => "int32_t *",
    *mut u64 => "uint64_t *",
    *const f64 => "const double *",
    *const std::ffi::c_void => "const void *",
    *mut std::ffi::c_void => "void *",
}

/// Declares a structure whose layout C shares. It has to be `repr(C)`.
macro_rules! declared {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $($(#[doc = $doc:literal])* $field_vis:vis $field:ident: $ty:ty,)*
        }
    ) => {
        $(#[$meta])*
        $vis struct $name {
            $($(#[doc = $doc])* $field_vis $field: $ty,)*
        }

        impl crate::declared::Declared for $name {
            const FIELDS: &'static [crate::declared::Field] = &[
                $(crate::declared::Field {
                    name: stringify!($field),
                    doc: &[$($doc),*],
                    ty: <$ty as crate::declared::InC>::NAME,
                    count: <$ty as crate::declared::InC>::COUNT,
                    offset: std::mem::offset_of!($name, $field),
                },)*
            ];
        }
    };
}
pub(crate) use declared;
