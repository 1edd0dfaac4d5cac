//! Weight temperatures: how much a weight conducts and how readily it learns.

/// The temperature of one weight. Colder weights conduct less and are harder to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Temperature {
    /// Conducts fully, learns at half the base threshold.
    #[default]
    Hot = 0,
    /// Learns at the base threshold.
    Warm = 1,
    /// Learns at twice the base threshold.
    Cool = 2,
    /// Never learns.
    Cold = 3,
}

impl Temperature {
    /// All temperatures, hottest first.
    pub const ALL: [Temperature; 4] =
        [Temperature::Hot, Temperature::Warm, Temperature::Cool, Temperature::Cold];

    /// The temperature with this code; every code above 3 is Cold.
    #[must_use]
    pub const fn from_code(code: u8) -> Temperature {
        match code {
            0 => Temperature::Hot,
            1 => Temperature::Warm,
            2 => Temperature::Cool,
            _ => Temperature::Cold,
        }
    }

    /// The code, 0–3.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// How much of a product passes, 30–255 out of 255.
    #[must_use]
    pub const fn conductance(self) -> i64 {
        [255, 200, 100, 30][self as usize]
    }

    /// The least input strength, min(|x|, 255), that the weight conducts.
    #[must_use]
    pub const fn activation_threshold(self) -> i64 {
        [0, 15, 60, 120][self as usize]
    }

    /// The factor on half the commit threshold; `None` for weights that never learn.
    #[must_use]
    pub const fn commit_multiplier(self) -> Option<i64> {
        match self {
            Temperature::Hot => Some(1),
            Temperature::Warm => Some(2),
            Temperature::Cool => Some(4),
            Temperature::Cold => None,
        }
    }

    /// One step colder; Cold stays Cold.
    #[must_use]
    pub const fn promoted(self) -> Temperature {
        Temperature::from_code(self as u8 + 1)
    }

    /// One step hotter; Hot stays Hot.
    #[must_use]
    pub const fn demoted(self) -> Temperature {
        Temperature::from_code((self as u8).saturating_sub(1))
    }

    /// Whether an input of this strength passes, saturating at 255.
    #[must_use]
    pub fn conducts(self, input: i32) -> bool {
        i64::from(input).abs().min(255) >= self.activation_threshold()
    }
}
