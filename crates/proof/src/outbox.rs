//! The key pair with which a person's unsent reports are sealed on their own device (docs/adr/0008-outbox.md).
//!
//! X25519 (RFC 7748). The secret is HKDF-SHA-256 (RFC 5869) of the master key, without salt, with the info
//! `vaern-outbox-v1\n{person}`: nothing to store, and the same on every device of the person.

use crate::keys::MasterKey;
use curve25519_dalek::MontgomeryPoint;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// One person's pair. The public half may lie on the device; the secret half opens what waits there.
pub struct OutboxKey {
    pub secret: Zeroizing<[u8; 32]>,
    pub public: [u8; 32],
}

impl MasterKey {
    /// The pair of this person.
    #[must_use]
    pub fn outbox_key(&self, person: &str) -> OutboxKey {
        let mut secret = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, self.bytes())
            .expand_multi_info(&[b"vaern-outbox-v1\n", person.as_bytes()], &mut *secret)
            .expect("32 bytes are within the limit of HKDF");
        let public = MontgomeryPoint::mul_base_clamped(*secret).to_bytes();
        OutboxKey { secret, public }
    }
}

#[cfg(test)]
mod tests {
    use crate::keys::MasterKey;

    #[test]
    fn each_person_has_one_pair_of_their_own_under_each_master_key() {
        let one = MasterKey::from_hex(&"5a".repeat(32)).expect("64 digits");
        let other = MasterKey::from_hex(&"5b".repeat(32)).expect("64 digits");
        let pair = one.outbox_key("p10");
        assert_eq!(*pair.secret, *one.outbox_key("p10").secret);
        assert_ne!(*pair.secret, *one.outbox_key("p11").secret);
        assert_ne!(*pair.secret, *other.outbox_key("p10").secret);
        assert_ne!(*pair.secret, pair.public);
    }
}
