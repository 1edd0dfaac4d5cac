//! What an object says of its program: rows of numbers that a C host reads.

use crate::analysis::facts::{Buffer, Weights};
use crate::declared::{declared, in_c};
use ternsig_isa::Shape;
use ternsig_isa::limits::MAX_RANK;

/// A row of a table, as the 64-bit numbers that it consists of.
pub(super) trait Row {
    fn numbers(&self) -> Vec<u64>;
}

/// What a field of a row can be.
trait Numbers {
    fn push_to(&self, list: &mut Vec<u64>);
}

impl Numbers for u64 {
    fn push_to(&self, list: &mut Vec<u64>) {
        list.push(*self);
    }
}

impl<const N: usize> Numbers for [u64; N] {
    fn push_to(&self, list: &mut Vec<u64>) {
        list.extend_from_slice(self);
    }
}

/// A pointer: 0 until the linker puts in the address.
macro_rules! link {
    ($($(#[$meta:meta])* $name:ident => $c:literal),* $(,)?) => {
        $(
            $(#[$meta])*
            #[repr(transparent)]
            #[derive(Debug, Clone, Copy, Default)]
            pub(super) struct $name(u64);

            impl Numbers for $name {
                fn push_to(&self, list: &mut Vec<u64>) {
                    list.push(self.0);
                }
            }

            in_c! { $name => $c }
        )*
    };
}

link! {
    /// The address of the code.
    EnterLink => "ternsig_enter *",
    EntryLink => "const ternsig_entry *",
    NeedLink => "const ternsig_need *",
    ContentLink => "const ternsig_content *",
    HotLink => "const ternsig_hot *",
    ColdLink => "const ternsig_cold *",
    PlaceLink => "const uint32_t *",
    RotationLink => "const double *",
}

/// A declared structure that can be written as numbers.
macro_rules! row {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $($(#[doc = $doc:literal])* $field_vis:vis $field:ident: $ty:ty,)*
        }
    ) => {
        declared! {
            $(#[$meta])*
            $vis struct $name {
                $($(#[doc = $doc])* $field_vis $field: $ty,)*
            }
        }

        impl Row for $name {
            fn numbers(&self) -> Vec<u64> {
                let mut list = Vec::new();
                $(self.$field.push_to(&mut list);)*
                list
            }
        }
    };
}

row! {
    /// A content of a hot register.
    #[repr(C)]
    #[derive(Debug, Clone, Copy)]
    pub(super) struct Content {
        /// How many elements it has.
        pub(super) len: u64,
        /// How many dimensions its shape has.
        pub(super) rank: u64,
        /// The dimensions.
        pub(super) dims: [u64; MAX_RANK],
    }
}

row! {
    /// An instruction at which the code can be entered.
    #[repr(C)]
    #[derive(Debug, Clone, Copy)]
    pub(super) struct Entry {
        /// The instruction.
        pub(super) instruction: u64,
        /// 1 if it is one that the hook `helper` executes, 0 if it is native.
        pub(super) helped: u64,
        /// The first row in the table `needs` of what the code assumes there.
        pub(super) first_need: u64,
        /// How many rows.
        pub(super) needs: u64,
    }
}

row! {
    /// What the code assumes of a hot register where it is entered.
    #[repr(C)]
    #[derive(Debug, Clone, Copy)]
    pub(super) struct Need {
        /// The hot register.
        pub(super) reg: u64,
        /// The number of its content, which is row `content - 1` of the table `contents`; 0 if it is not allocated.
        pub(super) content: u64,
    }
}

row! {
    /// A hot register that the code uses.
    #[repr(C)]
    #[derive(Debug, Clone, Copy)]
    pub(super) struct Hot {
        /// Its number.
        pub(super) reg: u64,
        /// How many elements it must have room for.
        pub(super) room: u64,
        /// 1 if the code can replace its content.
        pub(super) written: u64,
        /// The number of the content that it has where the program begins; 0 if it is not allocated then.
        pub(super) begins_as: u64,
        /// Where its elements are in the memory block, in bytes.
        pub(super) offset: u64,
    }
}

row! {
    /// A cold register that the code uses, with the packed forms that it reads. What it does not read has no elements.
    #[repr(C)]
    #[derive(Debug, Clone, Copy)]
    pub(super) struct Cold {
        /// Its number.
        pub(super) reg: u64,
        /// How many weights it has.
        pub(super) len: u64,
        /// How many dimensions its shape has.
        pub(super) rank: u64,
        /// The dimensions.
        pub(super) dims: [u64; MAX_RANK],
        /// 1 if it has a temperature list.
        pub(super) tempered: u64,
        /// 1 if the code works on its pressure list.
        pub(super) pressed: u64,
        /// The rows of its matrix.
        pub(super) rows: u64,
        /// The columns of its matrix.
        pub(super) columns: u64,
        /// How many elements the packed weights have.
        pub(super) packed_len: u64,
        /// Where they are in the memory block, in bytes.
        pub(super) packed_offset: u64,
        /// How many row sums there are.
        pub(super) row_sums_len: u64,
        /// Where they are.
        pub(super) row_sums_offset: u64,
        /// The first of the numbers in the table `places` that say where packed weights are: for each row its begin and
        /// where, from here on, the distances of its columns from there stand.
        pub(super) places: u64,
        /// How many elements each list of factors or thresholds has.
        pub(super) factors_len: u64,
        /// The distance from one row to the next in them.
        pub(super) factors_stride: u64,
        /// 1 if the factors that are rounded per product are read.
        pub(super) per_product: u64,
        /// Where they are.
        pub(super) product_factors_offset: u64,
        /// 1 if the factors that are rounded per weight are read.
        pub(super) per_weight: u64,
        /// Where they are.
        pub(super) weight_factors_offset: u64,
        /// Where the thresholds are.
        pub(super) thresholds_offset: u64,
    }
}

row! {
    /// A program.
    #[repr(C)]
    #[derive(Debug, Clone, Copy, Default)]
    pub(super) struct Program {
        /// `TERNSIG_NATIVE` of the headers that fit the object.
        pub(super) interface: u64,
        /// The code.
        pub(super) enter: EnterLink,
        /// How many instructions the program has.
        pub(super) instructions: u64,
        /// Where the code can be entered, by number.
        pub(super) entries: EntryLink,
        /// How many rows.
        pub(super) entry_count: u64,
        /// What the code assumes at its entries.
        pub(super) needs: NeedLink,
        /// How many rows.
        pub(super) need_count: u64,
        /// The contents that hot registers have or get; the first has number 1.
        pub(super) contents: ContentLink,
        /// How many rows.
        pub(super) content_count: u64,
        /// The hot registers, ascending.
        pub(super) hot: HotLink,
        /// How many rows.
        pub(super) hot_count: u64,
        /// The cold registers, ascending.
        pub(super) cold: ColdLink,
        /// How many rows.
        pub(super) cold_count: u64,
        /// Where packed weights are.
        pub(super) places: PlaceLink,
        /// The factors of each position's rotation, or null.
        pub(super) rotations: RotationLink,
        /// Bytes of the memory block, which begins at a multiple of 64.
        pub(super) memory: u64,
        /// 1 if the code reads the input buffer.
        pub(super) reads_input: u64,
        /// How many elements the input buffer has then.
        pub(super) input_len: u64,
        /// Where it is in the memory block, in bytes.
        pub(super) input_offset: u64,
        /// 1 if the code reads the target buffer.
        pub(super) reads_target: u64,
        /// How many elements the target buffer has then.
        pub(super) target_len: u64,
        /// Where it is.
        pub(super) target_offset: u64,
        /// How many elements the output buffer has room for.
        pub(super) output_room: u64,
        /// Where it is.
        pub(super) output_offset: u64,
        /// How many frames the control stack has room for.
        pub(super) control_room: u64,
        /// Where it is.
        pub(super) control_offset: u64,
        /// Where working memory is.
        pub(super) scratch_offset: u64,
    }
}

impl Content {
    pub(super) fn of(buffer: Buffer) -> Content {
        let (rank, dims) = dims(buffer.shape);
        Content { len: buffer.len as u64, rank, dims }
    }
}

impl Cold {
    /// A register of which no packed form is read.
    pub(super) fn unpacked(register: usize, weights: &Weights, pressed: bool) -> Cold {
        let (rank, dims) = dims(weights.shape);
        Cold {
            reg: register as u64,
            len: weights.len as u64,
            rank,
            dims,
            tempered: weights.gated.into(),
            pressed: pressed.into(),
            rows: 0,
            columns: 0,
            packed_len: 0,
            packed_offset: 0,
            row_sums_len: 0,
            row_sums_offset: 0,
            places: 0,
            factors_len: 0,
            factors_stride: 0,
            per_product: 0,
            product_factors_offset: 0,
            per_weight: 0,
            weight_factors_offset: 0,
            thresholds_offset: 0,
        }
    }
}

fn dims(shape: Shape) -> (u64, [u64; MAX_RANK]) {
    let mut dims = [0; MAX_RANK];
    for (place, &dim) in dims.iter_mut().zip(shape.dims()) {
        *place = dim.into();
    }
    (shape.rank() as u64, dims)
}

/// Rows one after the other, as little-endian bytes.
pub(super) fn bytes(rows: &[impl Row]) -> Vec<u8> {
    rows.iter().flat_map(Row::numbers).flat_map(u64::to_le_bytes).collect()
}
