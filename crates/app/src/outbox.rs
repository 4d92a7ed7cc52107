//! The keys of what waits on people's own devices; what waits itself never comes here before it is sent.

use crate::App;
use domain::ids::PersonId;

/// Both halves of a person's pair, 32 bytes each (X25519; docs/adr/0008-outbox.md).
pub struct OutboxPair {
    pub public: [u8; 32],
    pub secret: [u8; 32],
}

impl App {
    /// The half that seals: it may lie on the person's device.
    pub fn outbox_public(&self, person: &PersonId) -> [u8; 32] {
        self.store.keys.outbox_key(person).public
    }

    /// Both halves, for the signed-in person alone.
    pub fn outbox_pair(&self, person: &PersonId) -> OutboxPair {
        let key = self.store.keys.outbox_key(person);
        OutboxPair {
            public: key.public,
            secret: *key.secret,
        }
    }
}
