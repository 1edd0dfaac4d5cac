//! Roles: which instructions a program may contain.

use std::fmt;
use std::str::FromStr;

/// What a program is for. Every role includes the forward set; a program may hold several roles, which unite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Compute, reads, routing, model table, messages.
    Forward,
    /// Writes weight values.
    Learning,
    /// Grows, prunes and freezes; temperatures; consolidation; transactions.
    Evolution,
    /// Writes chemicals and fields.
    Regulation,
    /// Creates and wires regions, once.
    Boot,
    /// Assertions.
    Test,
    /// Everything.
    Unrestricted,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 7] = [
        Role::Forward,
        Role::Learning,
        Role::Evolution,
        Role::Regulation,
        Role::Boot,
        Role::Test,
        Role::Unrestricted,
    ];

    /// The role's name in `.meta role` and in manifests.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Role::Forward => "forward",
            Role::Learning => "learning",
            Role::Evolution => "evolution",
            Role::Regulation => "regulation",
            Role::Boot => "boot",
            Role::Test => "test",
            Role::Unrestricted => "unrestricted",
        }
    }
}

/// A set of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RoleSet(u8);

impl RoleSet {
    /// No role.
    pub const NONE: RoleSet = RoleSet(0);
    /// Every role.
    pub const ALL: RoleSet = RoleSet(0x7F);
    /// The unrestricted role alone: what a program without a role holds.
    pub const UNRESTRICTED: RoleSet = RoleSet(1 << Role::Unrestricted as u8);

    /// The set with this role added.
    #[must_use]
    pub const fn with(self, role: Role) -> RoleSet {
        RoleSet(self.0 | (1 << role as u8))
    }

    /// Whether the role is in the set.
    #[must_use]
    pub const fn contains(self, role: Role) -> bool {
        self.0 & (1 << role as u8) != 0
    }

    /// Whether the sets share a role: a program that holds `self` may use an instruction open to `other`.
    #[must_use]
    pub const fn intersects(self, other: RoleSet) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether every role of `self` is in `other`, where the unrestricted role includes all.
    #[must_use]
    pub const fn is_within(self, other: RoleSet) -> bool {
        other.contains(Role::Unrestricted) || self.0 & !other.0 & !(1 << Role::Forward as u8) == 0
    }

    /// The roles in the set, in the order of [`Role::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |&role| self.contains(role))
    }
}

impl fmt::Display for RoleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, role) in self.iter().enumerate() {
            write!(f, "{}{}", if i == 0 { "" } else { ", " }, role.name())?;
        }
        Ok(())
    }
}

/// A role name that does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRole(pub String);

impl fmt::Display for UnknownRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown role \"{}\" (one of {})", self.0, RoleSet::ALL)
    }
}

impl std::error::Error for UnknownRole {}

impl FromStr for RoleSet {
    type Err = UnknownRole;

    /// Reads role names separated by commas or white space.
    fn from_str(text: &str) -> Result<RoleSet, UnknownRole> {
        text.split([',', ' ', '\t']).filter(|name| !name.is_empty()).try_fold(RoleSet::NONE, |set, name| {
            let role = Role::ALL.into_iter().find(|role| role.name().eq_ignore_ascii_case(name));
            role.map(|role| set.with(role)).ok_or_else(|| UnknownRole(name.to_owned()))
        })
    }
}
