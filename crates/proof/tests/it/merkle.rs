use proof::merkle::{inclusion, leaf_hash, root, verify_inclusion};

/// The reference tree of Certificate Transparency's own tests: eight leaves, and the root after each.
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn reference() -> Vec<Vec<u8>> {
    LEAVES.map(|leaf| hex::decode(leaf).unwrap()).into()
}

#[test]
fn roots_are_those_of_certificate_transparency() {
    assert_eq!(
        hex::encode(root::<Vec<u8>>(&[])),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    let leaves = reference();
    for (n, expected) in (1..).zip(ROOTS) {
        assert_eq!(hex::encode(root(&leaves[..n])), expected, "{n} leaves");
    }
}

#[test]
fn audit_paths_are_those_of_certificate_transparency() {
    let leaves = reference();
    let path = |index, size| {
        inclusion(&leaves[..size], index)
            .unwrap()
            .into_iter()
            .map(hex::encode)
            .collect::<Vec<_>>()
    };
    assert_eq!(path(0, 1), [""; 0]);
    assert_eq!(
        path(0, 8),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
    );
    assert_eq!(
        path(2, 3),
        ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]
    );
    assert!(inclusion(&leaves, 8).is_none());
}

#[test]
fn in_trees_of_every_size_each_leaf_is_proved_and_no_other_claim_is() {
    let leaves: Vec<Vec<u8>> = (0..66u32).map(|n| n.to_be_bytes().to_vec()).collect();
    for size in 1..=leaves.len() {
        let tree = &leaves[..size];
        let root = root(tree);
        for index in 0..size {
            let path = inclusion(tree, index).unwrap();
            let claim = |leaf: usize, index: usize, size: usize, path: &[_]| {
                verify_inclusion(&leaves[leaf], index as u64, size as u64, path, &root)
            };
            assert!(claim(index, index, size, &path), "{index} of {size}");
            assert!(!claim((index + 1) % 66, index, size, &path), "another leaf");
            assert!(!claim(index, size, size, &path), "an index out of range");
            for other in (0..size).filter(|other| *other != index) {
                assert!(!claim(index, other, size, &path), "{index} as {other} of {size}");
            }
            let longer = [path.as_slice(), &[[7; 32]]].concat();
            assert!(!claim(index, index, size, &longer), "a longer path");
            for at in 0..path.len() {
                assert!(!claim(index, index, size, &path[..at]), "a shorter path");
                let mut bad = path.clone();
                bad[at][31] ^= 1;
                assert!(!claim(index, index, size, &bad), "another sibling");
            }
        }
    }
}

#[test]
fn a_node_cannot_be_passed_off_as_a_leaf() {
    let leaves = reference();
    let node = [leaf_hash(&leaves[0]), leaf_hash(&leaves[1])].concat();
    let path = inclusion(&leaves[..4], 0).unwrap();
    assert!(!verify_inclusion(&node, 0, 2, &path[1..], &root(&leaves[..4])));
}
