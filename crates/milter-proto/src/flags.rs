//! Sets of flags, each a bit of a number on the wire.

/// Declares a set whose flags are its associated constants.
macro_rules! flags {
    (
        $(#[$meta:meta])*
        $name:ident {
            $($(#[$doc:meta])* $flag:ident = $bit:literal;)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Default, Eq, Hash, PartialEq)]
        pub struct $name(u32);

        impl $name {
            $($(#[$doc])* pub const $flag: Self = Self($bit);)*

            /// All of them, with their names.
            const FLAGS: &[(Self, &str)] = &[$((Self::$flag, stringify!($flag)),)*];

            /// None.
            pub const fn empty() -> Self {
                Self(0)
            }

            /// Those among the bits of a number that have a name here.
            pub const fn from_bits(bits: u32) -> Self {
                Self(bits & (0 $(| $bit)*))
            }

            /// As a number on the wire.
            pub const fn bits(self) -> u32 {
                self.0
            }

            /// Whether all of the others are in it.
            pub const fn contains(self, others: Self) -> bool {
                self.0 & others.0 == others.0
            }

            /// Whether nothing is in it.
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// What is in one or the other.
            pub const fn union(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// What is in both.
            pub const fn intersection(self, other: Self) -> Self {
                Self(self.0 & other.0)
            }

            /// What is in this one only.
            pub const fn difference(self, other: Self) -> Self {
                Self(self.0 & !other.0)
            }
        }

        impl core::ops::BitOr for $name {
            type Output = Self;

            fn bitor(self, other: Self) -> Self {
                self.union(other)
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        /// The names, with blanks between them.
        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                let names = Self::FLAGS.iter().filter(|(flag, _)| self.contains(*flag));
                for (index, (_, name)) in names.enumerate() {
                    let separator = if index == 0 { "" } else { " " };
                    write!(f, "{separator}{name}")?;
                }
                Ok(())
            }
        }
    };
}

pub(crate) use flags;
