//! Where exhibits go in place of a folder.

use super::Config;
use super::values::Value;
use store::blobs::{S3Credentials, S3Location};

/// `s3://bucket/prefix?endpoint=…&region=…&path_style`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketAddress(String);

impl Value for BucketAddress {
    fn kind() -> String {
        "an address such as s3://bucket/prefix?endpoint=https://s3.example&region=eu&path_style".into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let nobody = S3Credentials {
            key_id: String::new(),
            secret: String::new(),
            token: None,
        };
        S3Location::parse(text, nobody)?;
        Ok(Self(text.to_owned()))
    }
}

/// One half of what an object store knows us by.
#[derive(Clone, PartialEq, Eq)]
pub struct BucketKey(String);

impl Value for BucketKey {
    const SECRET: bool = true;

    fn kind() -> String {
        "a text without spaces".into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let is_one = !text.is_empty() && !text.contains(char::is_whitespace);
        is_one.then(|| Self(text.to_owned())).ok_or_else(String::new)
    }
}

impl Config {
    /// The bucket that exhibits go into, if they go into one.
    ///
    /// # Errors
    /// What is wrong with the address, which reading the setting has ruled out.
    pub fn bucket(&self) -> anyhow::Result<Option<S3Location>> {
        let (Some(address), Some(key), Some(secret)) = (&self.blobs, &self.blobs_key, &self.blobs_secret)
        else {
            return Ok(None);
        };
        let credentials = S3Credentials {
            key_id: key.0.clone(),
            secret: secret.0.clone(),
            token: None,
        };
        let location = S3Location::parse(&address.0, credentials);
        location
            .map(Some)
            .map_err(|why| anyhow::anyhow!("VAERN_BLOBS: {why}"))
    }
}
