//! The nodes that share a database: each says that it lives and how far it is, and hears what the others have changed.

use crate::{App, AppError};
use jiff::{SignedDuration, Timestamp};
use store::{Signal, nodes};

/// How often a node is to call [`App::sign_life`].
pub const SIGN_EVERY: std::time::Duration = std::time::Duration::from_secs(10);
/// After so long without a sign a node is silent.
const SILENT: SignedDuration = SignedDuration::from_secs(60);

/// What a node says of itself.
#[derive(Clone, Debug)]
pub struct NodeInfo {
    /// What people know it by.
    pub name: String,
    /// The program's version.
    pub version: String,
    /// The same text for nodes that are set alike.
    pub settings: String,
}

impl Default for NodeInfo {
    fn default() -> Self {
        Self {
            name: "localhost".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            settings: String::new(),
        }
    }
}

/// A node as the others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeRow {
    pub id: String,
    pub name: String,
    pub version: String,
    /// It is the one that answers.
    pub here: bool,
    pub started: Timestamp,
    /// By the database's clock.
    pub seen: Timestamp,
    /// It has given no sign of life for a minute.
    pub silent: bool,
    /// Its settings are not those of the node that answers.
    pub differs: bool,
    /// The procedure that it brought along is not the one in force.
    pub other_procedure: Option<String>,
    /// Changes that its search index does not hold yet.
    pub behind: u64,
    /// While it makes its index anew: cases read, and cases in all.
    pub rebuilding: Option<(u64, u64)>,
}

impl App {
    /// Says who this is.
    #[must_use]
    pub fn with_node(mut self, node: NodeInfo) -> Self {
        self.node = node;
        self
    }

    /// This node's id among those that share the database.
    pub fn node(&self) -> &str {
        &self.store.node
    }

    /// The connections of this node to the database.
    pub fn database_connections(&self) -> store::Connections {
        self.store.db.connections()
    }

    /// Tells the others that this node lives, and how far it is.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn sign_life(&self) -> Result<(), AppError> {
        let node = nodes::Node {
            id: self.store.node.clone(),
            name: self.node.name.clone(),
            version: self.node.version.clone(),
            settings: self.node.settings.clone(),
            procedure: self.procedures.own().to_owned(),
            started: self.started,
            seen: self.now(),
            indexed: self.indexed().number,
            rebuilding: self.rebuilding(),
        };
        let mut tx = self.store.db.begin().await?;
        nodes::sign(&mut tx, &node).await?;
        tx.commit().await?;
        let rows = self.nodes().await?;
        for other in rows.into_iter().filter(|row| row.differs && !row.silent) {
            if self.told.lock().await.insert(other.id.clone()) {
                tracing::error!(
                    other = other.name,
                    id = other.id,
                    "another node has other settings: the same question may get two answers"
                );
            }
        }
        Ok(())
    }

    /// Every node that has lately given a sign of life, the oldest first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn nodes(&self) -> Result<Vec<NodeRow>, AppError> {
        let mut read = self.store.db.read().await?;
        let all = nodes::all(&mut read).await?;
        let last = store::changes::last(&mut read).await?;
        drop(read);
        let latest = all.iter().map(|node| node.seen).max();
        let in_force = self.procedure().version.clone();
        let row = |node: nodes::Node| NodeRow {
            here: node.id == self.store.node,
            silent: latest.is_some_and(|latest| node.seen + SILENT < latest),
            differs: node.settings != self.node.settings,
            other_procedure: Some(node.procedure).filter(|version| *version != in_force),
            behind: last.saturating_sub(node.indexed),
            rebuilding: node.rebuilding,
            id: node.id,
            name: node.name,
            version: node.version,
            started: node.started,
            seen: node.seen,
        };
        Ok(all.into_iter().map(row).collect())
    }

    /// Hears what the other nodes have changed and looks at it again, for as long as the server runs.
    pub async fn follow_others(&self) {
        let mut listener = loop {
            match self.store.db.listen().await {
                Ok(listener) => break listener,
                Err(_) => tokio::time::sleep(SIGN_EVERY).await,
            }
        };
        loop {
            let signal = listener.hear().await;
            if let Err(error) = self.follow(&signal).await {
                tracing::warn!(%error, ?signal, "what another node has changed could not be looked at");
            }
        }
    }

    async fn follow(&self, signal: &Signal) -> Result<(), AppError> {
        match signal {
            Signal::Organisation => self.refresh_organisation().await,
            Signal::Procedure => self.refresh_procedure().await,
            Signal::Keys(case) => {
                self.store.keys.forget(case);
                Ok(())
            }
            Signal::Missed => {
                self.store.keys.forget_all();
                self.refresh_procedure().await?;
                self.refresh_organisation().await
            }
        }
    }

    /// Whether this node is the one that does what only one does at a time, until `lease` has passed or it stops.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn takes_turn(&self, what: &str, lease: SignedDuration) -> Result<bool, AppError> {
        let mut tx = self.store.db.begin().await?;
        let ours = store::schedule::take(&mut tx, what, &self.store.node, lease).await?;
        tx.commit().await?;
        Ok(ours)
    }
}
