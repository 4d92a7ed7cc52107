//! Films: one frame by `ffmpeg`, length and size by `ffprobe` (Debian's `ffmpeg`). The container is named and files are the
//! only protocol, so that a film that is really a playlist reaches no other file and no network.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::program::{Fault, run};
use super::{Copies, Facts, Made, PREVIEW, still};

const BY: &str = "ffmpeg";
const LONGEST: Duration = Duration::from_secs(60);
/// MP4 and QuickTime, and nothing else; no address but a file's.
const INPUT: [&str; 6] = ["-v", "error", "-protocol_whitelist", "file", "-f", "mov"];

pub async fn copies(original: &Path, room: &Path) -> Copies {
    let facts = facts(original, room).await;
    let seen = match frame(original, room).await {
        Ok(path) => tokio::task::spawn_blocking(move || {
            let picture = still::made(&path)?;
            Ok((still::small(&picture, PREVIEW)?, still::see(&picture)?))
        })
        .await
        .unwrap_or(Err(Fault::Broken)),
        Err(fault) => Err(fault),
    };
    let (preview, seen) = match seen {
        Ok(seen) => seen,
        Err(fault) => {
            return Copies {
                facts,
                ..Copies::failed(fault, BY)
            };
        }
    };
    Copies {
        thumbnail: Made {
            what: Ok(seen.thumbnail),
            by: BY,
        },
        previews: vec![Made {
            what: Ok(preview),
            by: BY,
        }],
        texts: Vec::new(),
        facts: Facts {
            fingerprint: seen.fingerprint,
            ..facts
        },
    }
}

async fn frame(original: &Path, room: &Path) -> Result<std::path::PathBuf, Fault> {
    let out = room.join("frame.png");
    // Of the first hundred frames the one that is most like the others: seldom a black one.
    let filter = format!(
        "thumbnail=100,scale=w='min({PREVIEW},iw)':h='min({PREVIEW},ih)':force_original_aspect_ratio=decrease"
    );
    let mut arguments: Vec<std::ffi::OsString> = vec!["-nostdin".into()];
    arguments.extend(INPUT.map(Into::into));
    arguments.extend(["-i".into(), original.as_os_str().to_owned()]);
    arguments.extend(
        [
            "-map",
            "0:v:0",
            "-vf",
            &filter,
            "-frames:v",
            "1",
            "-threads",
            "1",
            "-y",
        ]
        .map(Into::into),
    );
    arguments.push(out.clone().into_os_string());
    run(BY, arguments, room, LONGEST).await?;
    if out.is_file() {
        Ok(out)
    } else {
        Err(Fault::Broken)
    }
}

async fn facts(original: &Path, room: &Path) -> Facts {
    let mut arguments: Vec<std::ffi::OsString> = INPUT.map(Into::into).to_vec();
    arguments.extend(["-of", "json", "-show_format", "-show_streams"].map(Into::into));
    arguments.push(original.as_os_str().to_owned());
    let Ok(answer) = run("ffprobe", arguments, room, LONGEST).await else {
        return Facts::default();
    };
    let said: Value = serde_json::from_slice(&answer.out).unwrap_or_default();
    let streams = said["streams"].as_array().cloned().unwrap_or_default();
    let picture = streams.iter().find(|stream| stream["codec_type"] == "video");
    let side = |name: &str| picture.and_then(|stream| u32::try_from(stream[name].as_u64()?).ok());
    let seconds = said["format"]["duration"]
        .as_str()
        .and_then(|text| text.parse::<f64>().ok());
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates: a file may claim anything"
    )]
    let duration_ms = seconds
        .filter(|seconds| *seconds > 0.0)
        .map(|seconds| (seconds * 1000.0) as u64);
    let taken = said["format"]["tags"]["creation_time"].as_str();
    Facts {
        width: side("width"),
        height: side("height"),
        duration_ms,
        recorded: taken
            .map(|taken| ("taken".to_owned(), taken.chars().take(40).collect()))
            .into_iter()
            .collect(),
        ..Facts::default()
    }
}
