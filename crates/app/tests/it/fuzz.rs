//! The fuzz targets compile, and hold for their seeds, whole, cut off and damaged.

#[path = "../../../../fuzz/targets.rs"]
mod targets;

fn ask(target: &str, bytes: &[u8]) {
    match target {
        "mail" => targets::mail(bytes),
        "tnef" => targets::tnef(bytes),
        "msg" => targets::msg(bytes),
        "kind" => [0, 3, 40, u16::MAX]
            .iter()
            .for_each(|cut| targets::kind(*cut, bytes)),
        "bag" => assert!(!targets::bag(bytes), "a damaged bag holds"),
        other => panic!("{other}"),
    }
}

#[test]
fn every_fuzz_target_has_seeds_and_holds_for_them() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let targets = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let names = targets
        .lines()
        .filter_map(|line| line.strip_prefix("path = \"fuzz_targets/"));
    let names: Vec<&str> = names.map(|name| name.trim_end_matches(".rs\"")).collect();
    assert_eq!(names.len(), 5, "{names:?}");
    for target in names {
        let seeds: Vec<_> = std::fs::read_dir(folder.join("seeds").join(target))
            .unwrap()
            .collect();
        assert!(!seeds.is_empty(), "{target} has no seeds");
        for seed in seeds {
            let path = seed.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            assert!(bytes.len() < 20_000, "{} is no small seed", path.display());
            if path.ends_with("bag/good.zip") {
                assert!(targets::bag(&bytes), "the good bag does not hold");
            } else {
                ask(target, &bytes);
            }
            for at in (0..bytes.len()).step_by(bytes.len() / 60 + 1) {
                ask(target, &bytes[..at]);
                let mut damaged = bytes.clone();
                damaged[at] ^= 0x55;
                ask(target, &damaged);
            }
        }
    }
}
