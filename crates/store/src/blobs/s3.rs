//! Files in a bucket of an object store that speaks S3.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder, S3ConditionalPut};
use object_store::{BackoffConfig, ClientOptions, RetryConfig};

use crate::error::{Result, StoreError};

/// How long we try to be connected.
const CONNECT: Duration = Duration::from_secs(5);
/// How long one request may take: none carries more than [`super::PART`].
const REQUEST: Duration = Duration::from_secs(30);
/// How long a request is tried again.
const RETRY: Duration = Duration::from_secs(30);
const RETRIES: usize = 3;

/// How long requests may take and are tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct S3Limits {
    pub connect: Duration,
    pub request: Duration,
    pub retry: Duration,
    pub retries: usize,
}

impl Default for S3Limits {
    /// Five seconds to connect, thirty for a request, and three more tries within thirty seconds.
    fn default() -> Self {
        Self {
            connect: CONNECT,
            request: REQUEST,
            retry: RETRY,
            retries: RETRIES,
        }
    }
}

/// Who we are to the object store.
#[derive(Clone, PartialEq, Eq)]
pub struct S3Credentials {
    pub key_id: String,
    pub secret: String,
    /// Of temporary credentials.
    pub token: Option<String>,
}

/// A bucket, or a part of one.
#[derive(Clone, PartialEq, Eq)]
pub struct S3Location {
    pub bucket: String,
    /// What all names begin with; empty for the whole bucket.
    pub prefix: String,
    /// `https://…`, or `http://…` on a network of one's own; none for Amazon's.
    pub endpoint: Option<String>,
    pub region: String,
    /// `endpoint/bucket` in place of `bucket.endpoint`.
    pub path_style: bool,
    pub credentials: S3Credentials,
    pub limits: S3Limits,
}

impl std::fmt::Debug for S3Location {
    /// Without the credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::fmt::Display for S3Location {
    /// The address, without the credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s3://{}", self.bucket)?;
        if !self.prefix.is_empty() {
            write!(f, "/{}", self.prefix)?;
        }
        write!(f, "?region={}", self.region)?;
        if let Some(endpoint) = &self.endpoint {
            write!(f, "&endpoint={endpoint}")?;
        }
        if self.path_style {
            f.write_str("&path_style")?;
        }
        Ok(())
    }
}

impl S3Location {
    /// Reads `s3://bucket/prefix?endpoint=…&region=…&path_style`. `region` is `us-east-1` unless it is said.
    ///
    /// # Errors
    /// A sentence that says which part is wrong.
    pub fn parse(address: &str, credentials: S3Credentials) -> Result<Self, String> {
        let rest = address.strip_prefix("s3://").ok_or(
            "must begin with s3://, as in s3://bucket/prefix?endpoint=https://…&region=…&path_style",
        )?;
        let (place, settings) = rest.split_once('?').unwrap_or((rest, ""));
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if bucket.is_empty() || !bucket.chars().all(plain) {
            return Err(format!("{bucket:?} is no name of a bucket"));
        }
        let prefix = prefix.trim_matches('/');
        if !prefix.chars().all(|c| plain(c) || c == '/') || prefix.contains("//") || prefix.contains("..") {
            return Err(format!(
                "{prefix:?} is no prefix: letters, digits, - . _ and / between them"
            ));
        }
        let mut location = Self {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            endpoint: None,
            region: "us-east-1".to_owned(),
            path_style: false,
            credentials,
            limits: S3Limits::default(),
        };
        for setting in settings.split('&').filter(|setting| !setting.is_empty()) {
            location.set(setting)?;
        }
        Ok(location)
    }

    fn set(&mut self, setting: &str) -> Result<(), String> {
        let (name, value) = setting.split_once('=').unwrap_or((setting, ""));
        match (name, value) {
            ("endpoint", address) if address.starts_with("https://") || address.starts_with("http://") => {
                self.endpoint = Some(address.trim_end_matches('/').to_owned());
            }
            ("endpoint", _) => return Err("endpoint must begin with https:// or http://".to_owned()),
            ("region", "") => return Err("region is empty".to_owned()),
            ("region", region) => region.clone_into(&mut self.region),
            ("path_style", "" | "1" | "true" | "yes") => self.path_style = true,
            ("path_style", "0" | "false" | "no") => self.path_style = false,
            (name, _) => return Err(format!("{name:?} is not one of endpoint, region and path_style")),
        }
        Ok(())
    }

    /// A client for it; nothing is asked yet.
    pub(super) fn client(&self) -> Result<Arc<AmazonS3>> {
        // What reqwest wants before its first connection. Whoever came first has installed the same.
        drop(rustls::crypto::ring::default_provider().install_default());
        let plain = self
            .endpoint
            .as_ref()
            .is_some_and(|address| address.starts_with("http://"));
        let client = ClientOptions::new()
            .with_connect_timeout(self.limits.connect)
            .with_timeout(self.limits.request)
            .with_allow_http(plain);
        let retry = RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: self.limits.retries,
            retry_timeout: self.limits.retry,
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&self.bucket)
            .with_region(&self.region)
            .with_access_key_id(&self.credentials.key_id)
            .with_secret_access_key(&self.credentials.secret)
            .with_virtual_hosted_style_request(!self.path_style)
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_client_options(client)
            .with_retry(retry);
        if let Some(token) = &self.credentials.token {
            builder = builder.with_token(token);
        }
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(self.endpoint_of(endpoint));
        }
        builder.build().map(Arc::new).map_err(StoreError::other)
    }

    /// Where the bucket is a part of the host's name, the client wants to be given it whole.
    fn endpoint_of(&self, endpoint: &str) -> String {
        match endpoint.split_once("://") {
            Some((scheme, host)) if !self.path_style => format!("{scheme}://{}.{host}", self.bucket),
            _ => endpoint.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(address: &str) -> Result<S3Location, String> {
        let credentials = S3Credentials {
            key_id: "key".to_owned(),
            secret: "HEMMELIG".to_owned(),
            token: None,
        };
        S3Location::parse(address, credentials)
    }

    #[test]
    fn an_address_says_bucket_prefix_and_how_to_get_there() {
        let whole = parse("s3://vaern/a/b?endpoint=http://10.0.0.1:3900/&region=garage&path_style").unwrap();
        assert_eq!((whole.bucket.as_str(), whole.prefix.as_str()), ("vaern", "a/b"));
        assert_eq!(whole.endpoint.as_deref(), Some("http://10.0.0.1:3900"));
        assert_eq!((whole.region.as_str(), whole.path_style), ("garage", true));
        let short = parse("s3://vaern").unwrap();
        assert_eq!(
            (short.prefix.as_str(), short.endpoint, short.path_style),
            ("", None, false)
        );
        assert!(!format!("{whole:?} {whole}").contains("HEMMELIG"));
    }

    #[test]
    fn what_is_no_address_is_refused_by_what_is_wrong() {
        for (address, says) in [
            ("vaern", "s3://"),
            ("https://vaern", "s3://"),
            ("s3://", "bucket"),
            ("s3://a b", "bucket"),
            ("s3://vaern/../x", "prefix"),
            ("s3://vaern/a//b", "prefix"),
            ("s3://vaern?endpoint=10.0.0.1", "endpoint"),
            ("s3://vaern?region=", "region"),
            ("s3://vaern?path_style=maybe", "path_style"),
            ("s3://vaern?pathstyle", "pathstyle"),
        ] {
            let error = parse(address).expect_err(address);
            assert!(error.contains(says), "{address}: {error}");
        }
    }
}
