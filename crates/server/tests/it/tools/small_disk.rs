//! A small disk of a test's own: a tmpfs, which only root may mount. Where that isn't permitted the test fails and says so,
//! unless `VAERN_NO_TMPFS` is set: a check that silently didn't run would look like one that held.

use super::text;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;
use testbed::process::run;

/// A mounted tmpfs; unmounted when dropped.
pub struct SmallDisk(TempDir);

impl SmallDisk {
    /// Mounts one of so many MiB; none where that isn't permitted and the tester knows it.
    pub fn mount(size: u32) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}m"), "vaern-test"])
            .arg(folder.path())
            .output();
        let mount = mount.expect("there is a program mount");
        if mount.status.success() {
            return Some(Self(folder));
        }
        let why = String::from_utf8_lossy(&mount.stderr).into_owned();
        assert!(
            std::env::var_os("VAERN_NO_TMPFS").is_some(),
            "no tmpfs for the full disk: {why}Run the tests as root, or set VAERN_NO_TMPFS=1 to go without this one."
        );
        eprintln!("not tested, VAERN_NO_TMPFS is set: a full disk ({})", why.trim());
        None
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }

    /// Writes until nothing more fits, and then leaves room for `spare` bytes.
    pub fn fill(&self, spare: u64) {
        let mut filler = File::options()
            .append(true)
            .create(true)
            .open(self.filler())
            .expect("a filler");
        for size in [64 * 1024, 4096, 1] {
            while filler.write_all(&vec![7; size]).is_ok() {}
        }
        let length = filler.metadata().expect("its length").len();
        filler.set_len(length - spare).expect("a shorter file");
    }

    pub fn free(&self) {
        std::fs::remove_file(self.filler()).expect("a filler");
    }

    /// Mounts it again, as `ro` or `rw`. Nobody may have a file open for writing.
    pub fn remount(&self, how: &str) {
        let mut mount = Command::new("mount");
        run(mount.args(["-o", &format!("remount,{how}")]).arg(self.path()));
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily, should a failed test's server still hold a file.
        Command::new("umount")
            .args(["-l", text(self.path())])
            .status()
            .ok();
    }
}
