//! The server goes to public addresses, and nowhere else, whatever they are dressed up as.

use domain::reach::{is_public, is_public_link};
use proptest::prelude::*;
use rstest::rstest;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

fn public(address: &str) -> bool {
    is_public(address.parse().unwrap())
}

#[rstest]
fn public_addresses_are_reached(
    #[values(
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.1",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2000::1",
        "2001:200::1",
        "2606:4700::1111",
        "2a00:1450:400f:801::200e",
        "3ffe::1",
        "::ffff:1.1.1.1",
        "64:ff9b::1.1.1.1"
    )]
    address: &str,
) {
    assert!(public(address), "{address}");
}

#[rstest]
fn all_others_are_not(
    #[values(
        "0.0.0.0",
        "0.255.255.255",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::1.1.1.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::10.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b:1::1.1.1.1",
        "100::1",
        "2001::1",
        "2001:1ff::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2002:101:101::1",
        "2a00::5efe:a00:1",
        "2a00::200:5efe:a00:1",
        "3fff::1",
        "4000::1",
        "5f00::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1"
    )]
    address: &str,
) {
    assert!(!public(address), "{address}");
}

proptest! {
    #[test]
    fn what_rust_itself_calls_private_is_never_public(bits: u32) {
        let address = Ipv4Addr::from_bits(bits);
        let closed = address.is_private() || address.is_loopback() || address.is_link_local() || address.is_multicast()
            || address.is_broadcast() || address.is_documentation() || address.is_unspecified();
        prop_assert!(!(closed && is_public(IpAddr::V4(address))), "{address}");
    }

    #[test]
    fn the_same_for_ipv6(bits: u128) {
        let address = Ipv6Addr::from_bits(bits);
        let closed = address.is_loopback() || address.is_multicast() || address.is_unspecified()
            || address.is_unique_local() || address.is_unicast_link_local();
        prop_assert!(!(closed && is_public(IpAddr::V6(address))), "{address}");
        prop_assert!(!is_public(IpAddr::V6(address)) || address.segments()[0] >> 13 == 1 || address.to_ipv4_mapped().is_some()
            || address.segments()[..2] == [0x64, 0xff9b], "{address}");
    }

    #[test]
    fn an_ipv4_address_is_judged_alike_in_every_disguise(bits: u32) {
        let address = Ipv4Addr::from_bits(bits);
        let plain = is_public(IpAddr::V4(address));
        let nat64 = Ipv6Addr::from_bits((0x0064_ff9b << 96) | u128::from(bits));
        prop_assert_eq!(is_public(IpAddr::V6(address.to_ipv6_mapped())), plain);
        prop_assert_eq!(is_public(IpAddr::V6(nat64)), plain);
        // 6to4, Teredo and the old way to write IPv4 as IPv6 lead nowhere at all.
        let sixth = Ipv6Addr::from_bits((0x2002 << 112) | (u128::from(bits) << 80) | 1);
        prop_assert!(!is_public(IpAddr::V6(sixth)));
        prop_assert!(!is_public(IpAddr::V6(Ipv6Addr::from_bits(u128::from(bits)))));
    }
}

#[rstest]
#[case("https://facebook.com/groups/1/posts/2?x=1#svar", true)]
#[case("HTTP://Forum.Example:8080", true)]
#[case("https://1.1.1.1/side", true)]
#[case("https://[2606:4700::1111]:443/", true)]
#[case("https://127.0.0.1/", false)]
#[case("http://10.1.2.3:80/x", false)]
#[case("http://169.254.169.254/latest/meta-data", false)]
#[case("https://[::1]/", false)]
#[case("https://[::ffff:10.0.0.1]/", false)]
#[case("https://localhost/", false)]
#[case("https://en.localhost./", false)]
#[case("https://intranet/", false)]
#[case("https://printer.local/", false)]
#[case("https://esdh.internal/", false)]
#[case("https://me:secret@forum.example/", false)]
#[case("https://forum.example\\@10.0.0.1/", true)]
#[case("ftp://forum.example/", false)]
#[case("file:///etc/passwd", false)]
#[case("javascript:alert(1)", false)]
#[case("https:///x", false)]
#[case("", false)]
fn a_link_is_asked_for_only_if_it_can_lead_to_the_public(#[case] link: &str, #[case] may: bool) {
    assert_eq!(is_public_link(link), may, "{link}");
}
