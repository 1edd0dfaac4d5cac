//! The 64-bit checksum of the binary formats.

const SEED: u64 = 0x9E37_79B9_7F4A_7C15;
const MULTIPLIER: u64 = 0x85EB_CA6B;

/// Mixes the bytes in little-endian groups of eight, the last one padded with zeros.
///
/// There is no length and no finalisation, so trailing zeros inside the last group do not change the result. It guards
/// against damage, not against malice.
#[must_use]
pub fn checksum(bytes: &[u8]) -> u64 {
    bytes.chunks(8).fold(SEED, |hash, group| {
        let mut word = [0; 8];
        word[..group.len()].copy_from_slice(group);
        hash.wrapping_mul(MULTIPLIER).wrapping_add(u64::from_le_bytes(word)).rotate_left(31)
    })
}

#[cfg(test)]
mod tests {
    use super::checksum;

    #[test]
    fn published_check_values() {
        assert_eq!(checksum(b""), 0x9e37_79b9_7f4a_7c15);
        assert_eq!(checksum(&[0]), 0xe528_b763_81d2_e567);
        assert_eq!(checksum(&[1]), 0xe528_b764_01d2_e567);
        assert_eq!(checksum(&[1, 0]), 0xe528_b764_01d2_e567);
        assert_eq!(checksum(&[1, 2, 3, 4, 5, 6, 7, 8]), 0x672a_3864_05d6_686a);
        assert_eq!(checksum(&[1, 2, 3, 4, 5, 6, 7, 8, 9]), 0x4527_a42b_94ff_1f3d);
        assert_eq!(checksum(b"TVMR"), 0x0e4f_628d_81d2_e568);
    }
}
