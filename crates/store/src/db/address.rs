//! The address of a PostgreSQL database, with several hosts as libpq has it: `postgres://user@one:5432,two:5432/vaern?target_session_attrs=read-write`.
//! (Format: PostgreSQL 15 manual, 34.1.1.2 and 34.1.1.3, read on 2026-11-30.)

use sqlx::postgres::PgConnectOptions;

use crate::error::{Result, StoreError};

/// What of libpq's parameters concerns only libpq.
const PASSED_OVER: [&str; 9] = [
    "connect_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
    "load_balance_hosts",
    "gssencmode",
    "channel_binding",
];

/// Where a database may be.
#[derive(Clone, Debug)]
pub(super) struct Address {
    /// In the order in which they are tried.
    pub(super) hosts: Vec<Host>,
    /// Only a server that takes writes will do; a standby is passed over.
    pub(super) must_write: bool,
    /// Nothing may be written, whatever the server would take.
    pub(super) read_only: bool,
}

/// One server.
#[derive(Clone, Debug)]
pub(super) struct Host {
    /// For people to read: `db1:5432` or the folder of a socket.
    pub(super) name: String,
    pub(super) options: PgConnectOptions,
}

/// Reads an address.
///
/// # Errors
/// [`StoreError::Other`] that says what is wrong with it, without its password.
pub(super) fn parse(url: &str) -> Result<Address> {
    let (scheme, rest) = url
        .split_once("://")
        .filter(|(scheme, _)| matches!(*scheme, "postgres" | "postgresql"))
        .ok_or_else(|| StoreError::other("the database address must begin with postgres://"))?;
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = match rest.find('/') {
        Some(slash) => rest.split_at(slash),
        None => (rest, ""),
    };
    let (user, hosts) = match authority.rfind('@') {
        Some(at) => authority.split_at(at + 1),
        None => ("", authority),
    };
    let mut parameters = Vec::new();
    let (mut listed, mut ports) = (hosts.to_owned(), None);
    let mut must_write = false;
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        match name {
            "host" => value.clone_into(&mut listed),
            "port" => ports = Some(value),
            "target_session_attrs" => must_write = wants_writing(value)?,
            _ if PASSED_OVER.contains(&name) => {}
            _ => parameters.push(format!("{name}={value}")),
        }
    }
    let listed = list(&listed, ports)?;
    let tail = parameters.join("&");
    let many = listed.len() > 1;
    let hosts = listed.into_iter().map(|host| {
        let options = format!("{scheme}://{user}{host}{path}?{tail}").parse::<PgConnectOptions>();
        let options = options.map_err(|error| StoreError::other(format!("the database address: {error}")))?;
        let name = match options.get_socket() {
            Some(socket) => socket.display().to_string(),
            None => format!("{}:{}", options.get_host(), options.get_port()),
        };
        Ok(Host { name, options })
    });
    Ok(Address {
        hosts: hosts.collect::<Result<_>>()?,
        // With a choice, a standby is never the right one: everything here writes.
        must_write: must_write || many,
        read_only: false,
    })
}

fn wants_writing(value: &str) -> Result<bool> {
    match value {
        "any" => Ok(false),
        "read-write" | "primary" => Ok(true),
        other => Err(StoreError::other(format!(
            "the database address: target_session_attrs={other} is none of any, read-write, primary"
        ))),
    }
}

/// Hosts with their ports: `one:5432,two` or, in parameters, `host=one,two&port=5432,5433`.
fn list(hosts: &str, ports: Option<&str>) -> Result<Vec<String>> {
    let hosts: Vec<&str> = hosts.split(',').collect();
    let Some(ports) = ports else {
        return Ok(hosts.into_iter().map(socket_or_host).collect());
    };
    let ports: Vec<&str> = ports.split(',').collect();
    if ports.len() != 1 && ports.len() != hosts.len() {
        return Err(StoreError::other(
            "the database address: as many ports as hosts, or one for all",
        ));
    }
    let with_port = hosts.iter().enumerate().map(|(at, host)| {
        let port = ports.get(at).or(ports.first()).copied().unwrap_or_default();
        format!("{}:{port}", socket_or_host(host))
    });
    Ok(with_port.collect())
}

/// A socket's folder stands percent-encoded where a host would.
fn socket_or_host(host: &str) -> String {
    if host.starts_with('/') {
        host.replace('/', "%2F")
    } else {
        host.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(url: &str) -> Vec<String> {
        let address = parse(url).expect("an address");
        address.hosts.into_iter().map(|host| host.name).collect()
    }

    #[test]
    fn hosts_are_read_as_libpq_reads_them() {
        assert_eq!(names("postgres://vaern@db1:5433/vaern"), ["db1:5433"]);
        assert_eq!(
            names("postgresql://vaern@db1,db2:5433/vaern"),
            ["db1:5432", "db2:5433"]
        );
        assert_eq!(
            names("postgres://v:p%40ss@[::1]:5433,db2/v?sslmode=disable"),
            ["[::1]:5433", "db2:5432"]
        );
        assert_eq!(
            names("postgres:///vaern?host=db1,db2&port=5432,5433"),
            ["db1:5432", "db2:5433"]
        );
        assert_eq!(names("postgres://postgres@%2Frun%2Fpg/vaern"), ["/run/pg"]);
        assert_eq!(names("postgres:///vaern?host=/run/pg&user=vaern"), ["/run/pg"]);
    }

    #[test]
    fn every_host_gets_user_database_and_parameters() {
        let address = parse("postgres://anna:secret@db1,db2/cases?sslmode=verify-full").expect("an address");
        for host in address.hosts {
            assert_eq!(host.options.get_username(), "anna");
            assert_eq!(host.options.get_database(), Some("cases"));
            assert!(matches!(
                host.options.get_ssl_mode(),
                sqlx::postgres::PgSslMode::VerifyFull
            ));
        }
    }

    #[test]
    fn with_a_choice_of_hosts_a_standby_is_passed_over() {
        let must_write = |url| parse(url).map(|address| address.must_write);
        assert!(!must_write("postgres://db1/v").expect("an address"));
        assert!(must_write("postgres://db1/v?target_session_attrs=read-write").expect("an address"));
        assert!(must_write("postgres://db1,db2/v").expect("an address"));
        let error =
            must_write("postgres://a:hemmelig@db1/v?target_session_attrs=standby").expect_err("refused");
        assert!(
            error.to_string().contains("target_session_attrs=standby"),
            "{error}"
        );
        assert!(!error.to_string().contains("hemmelig"), "{error}");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for wrong in [
            "mysql://db1/v",
            "db1",
            "postgres://db1:port/v",
            "postgres:///v?host=a,b&port=1,2,3",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
