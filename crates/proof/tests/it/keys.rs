use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use proof::keys::{fingerprint, verify_signature};
use proof::{DataKey, KeyError, MasterKey, SigningKey};
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::fixture::rng;

fn put(path: &Path, text: &str, mode: u32) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// Whether the two are the same key: what one wraps, the other opens.
fn same(a: &MasterKey, b: &MasterKey) -> bool {
    b.unwrap(
        &a.wrap(&DataKey::generate(&mut rng()), "c", "care", &mut rng()),
        "c",
        "care",
    )
    .is_ok()
}

#[test]
fn given_no_key_file_when_opened_then_a_private_one_is_made_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys/master.key");
    let made = MasterKey::open_or_create(&path, &mut rng()).unwrap();
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.len() == 65 && text.ends_with('\n'), "{text:?}");
    assert_eq!(
        fs::read_dir(path.parent().unwrap()).unwrap().count(),
        1,
        "no draft is left behind"
    );

    let opened = MasterKey::open_or_create(&path, &mut StdRng::seed_from_u64(8)).unwrap();
    assert!(same(&made, &opened));
    assert!(same(&made, &MasterKey::from_hex(&text).unwrap()));
}

#[test]
fn given_many_first_starts_at_once_then_all_have_the_same_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys/master.key");
    let keys: Vec<MasterKey> = std::thread::scope(|scope| {
        let start = |seed| {
            let path = &path;
            scope.spawn(move || MasterKey::open_or_create(path, &mut StdRng::seed_from_u64(seed)).unwrap())
        };
        let started: Vec<_> = (0..16).map(start).collect();
        started.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert!(keys.iter().all(|key| same(&keys[0], key)));
}

#[test]
fn given_a_key_file_that_others_can_read_then_it_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    for bad in [0o640, 0o604, 0o660, 0o644, 0o610, 0o777] {
        put(&path, &format!("{}\n", "ab".repeat(32)), bad);
        let Err(error) = MasterKey::open_or_create(&path, &mut rng()) else {
            panic!("{bad:o} was taken")
        };
        assert!(matches!(error, KeyError::TooOpen { mode, .. } if mode == bad));
        let text = error.to_string();
        assert!(
            text.contains(path.to_str().unwrap()) && text.contains("chmod 600"),
            "{text}"
        );
    }
    for good in [0o600, 0o400] {
        put(&path, &format!("{}\n", "ab".repeat(32)), good);
        assert!(MasterKey::open_or_create(&path, &mut rng()).is_ok());
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn given_a_malformed_key_file_then_it_is_refused_by_name_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signing.key");
    let whole = "ab".repeat(32);
    let bad = [
        "",
        "\n",
        &whole,
        &whole[1..],
        &format!("{whole}\n\n"),
        &format!("{}\n", whole.to_uppercase()),
    ];
    for text in bad
        .into_iter()
        .chain([format!("{}zz\n", &whole[2..]).as_str(), &"ab".repeat(5000)])
    {
        put(&path, text, 0o600);
        let Err(error) = SigningKey::open_or_create(&path, &mut rng()) else {
            panic!("{text:?} was taken")
        };
        assert!(matches!(error, KeyError::Malformed { .. }));
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    assert!(MasterKey::from_hex("ab").is_err());
}

#[test]
fn a_wrapped_key_opens_only_for_its_master_case_and_drawer() {
    let (master, other) = (
        MasterKey::from_hex(&"01".repeat(32)).unwrap(),
        MasterKey::from_hex(&"02".repeat(32)).unwrap(),
    );
    let wrapped = master.wrap(&DataKey::generate(&mut rng()), "case-1", "care", &mut rng());
    assert_eq!(wrapped.len(), 72);
    assert!(master.unwrap(&wrapped, "case-1", "care").is_ok());
    assert!(other.unwrap(&wrapped, "case-1", "care").is_err());
    assert!(master.unwrap(&wrapped, "case-2", "care").is_err());
    assert!(master.unwrap(&wrapped, "case-1", "matter").is_err());
    for at in 0..wrapped.len() {
        let mut bad = wrapped.clone();
        bad[at] ^= 1;
        assert!(master.unwrap(&bad, "case-1", "care").is_err(), "byte {at}");
        assert!(
            master.unwrap(&wrapped[..at], "case-1", "care").is_err(),
            "cut at {at}"
        );
    }
}

/// RFC 8032 §7.1, test 1.
#[test]
fn signatures_are_those_of_rfc_8032() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signing.key");
    put(
        &path,
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\n",
        0o600,
    );
    let key = SigningKey::open_or_create(&path, &mut rng()).unwrap();
    let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
    assert_eq!(key.public_hex(), public);
    assert_eq!(hex::encode(key.sign(b"")), signature);
    assert_eq!(fingerprint(public).unwrap(), key.fingerprint());

    assert!(verify_signature(public, b"", signature));
    assert!(!verify_signature(public, b"x", signature));
    assert!(!verify_signature(&public.to_uppercase(), b"", signature));
    assert!(!verify_signature(public, b"", &signature.to_uppercase()));
    assert!(!verify_signature(public, b"", &signature[2..]));
    assert!(!verify_signature("", b"", ""));
    // The neutral point as key would accept the same signature for many messages.
    assert!(!verify_signature(
        &format!("01{}", "00".repeat(31)),
        b"",
        &format!("01{}", "00".repeat(63))
    ));
}

#[test]
fn given_a_signing_key_when_it_signs_a_web_archive_then_openssl_finds_it_signed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signing.key");
    let key = SigningKey::open_or_create(&path, &mut rng()).unwrap();
    let archives = key.for_web_archives().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let (text, other) = (put("text", b"sha256:ab12"), put("other", b"sha256:ab13"));
    let signature = put("signature", &archives.sign("sha256:ab12").unwrap());
    let public = put("public", &archives.public());
    let verifies = |text: &Path| {
        let run = std::process::Command::new("openssl")
            .args(["dgst", "-sha256", "-keyform", "DER", "-verify"])
            .args([
                public.as_path(),
                Path::new("-signature"),
                signature.as_path(),
                text,
            ])
            .output();
        run.unwrap().status.success()
    };
    assert!(verifies(&text) && !verifies(&other));
    let again = SigningKey::open_or_create(&path, &mut StdRng::seed_from_u64(9)).unwrap();
    assert_eq!(
        again.for_web_archives().unwrap().sign("sha256:ab12"),
        archives.sign("sha256:ab12")
    );
}
