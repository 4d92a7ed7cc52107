//! The small closed lists of words that the field uses, with their stable names in JSON, TOML and CSV.

/// Declares an enum whose every value has one stable kebab-case name, and `ALL`, `name`, `parse`.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:tt),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $text)] $variant),+
        }

        impl $name {
            /// Every value, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name in JSON, TOML, CSV and text keys.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// Reads a stable name; `None` if it is not in the list.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.name() == text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

words!(
    /// One of a case's three drawers; each entry and exhibit lies in exactly one.
    Compartment {
        /// The matter with the citizen.
        Matter = "matter",
        /// The care for the employee; never exported with Matter.
        Care = "care",
        /// The police; a journal case of its own.
        Police = "police",
    }
);

words!(
    /// What a person is in the organisation, beside being an employee.
    Role {
        Manager = "manager",
        Deputy = "deputy",
        LegalAdviser = "legal-adviser",
        Hr = "hr",
        Dpo = "dpo",
        Admin = "admin",
        Communication = "communication",
        Safety = "safety",
        SafetyRepresentative = "safety-representative",
        ShopSteward = "shop-steward",
    }
);

words!(
    /// The medium in which it happened. `in-person` is there because the register is one for physical and digital.
    Medium {
        SocialMedia = "social-media",
        DirectMessage = "direct-message",
        Sms = "sms",
        Phone = "phone",
        Email = "email",
        ReviewSite = "review-site",
        Video = "video",
        Website = "website",
        InPerson = "in-person",
        Other = "other",
    }
);

impl Medium {
    /// Whether others can read it there, so that a removal can be asked for.
    pub fn is_published(self) -> bool {
        matches!(
            self,
            Self::SocialMedia | Self::ReviewSite | Self::Video | Self::Website | Self::Other
        )
    }
}

words!(
    /// The duties of the procedure, in the order of DESIGN.md.
    DutyKind {
        Receive = "receive",
        Triage = "triage",
        Care = "care",
        Register = "register",
        Review = "review",
        Police = "police",
        ContactSubstance = "contact-substance",
        ContactBoundary = "contact-boundary",
        Removal = "removal",
        Injury = "injury",
        FollowUp1 = "follow-up-1",
        FollowUp4 = "follow-up-4",
        FollowUp12 = "follow-up-12",
        ChasePolice = "chase-police",
        Close = "close",
    }
);

impl DutyKind {
    /// The drawer in which doing or waiving this duty is recorded.
    pub fn compartment(self) -> Compartment {
        match self {
            Self::Triage
            | Self::Care
            | Self::Injury
            | Self::FollowUp1
            | Self::FollowUp4
            | Self::FollowUp12 => Compartment::Care,
            Self::Police | Self::ChasePolice => Compartment::Police,
            _ => Compartment::Matter,
        }
    }
}

words!(
    /// The lawyer's reasoned outcome.
    Outcome {
        LawfulCriticism = "lawful-criticism",
        RudeButLawful = "rude-but-lawful",
        Harassment = "harassment",
        PossibleCrime = "possible-crime",
    }
);

impl Outcome {
    /// Whether the originator may be told that it must stop.
    pub fn crosses_the_line(self) -> bool {
        matches!(self, Self::Harassment | Self::PossibleCrime)
    }
}

pub(crate) use words;
