//! The program, started for this benchmark.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::{Outcome, PATIENCE};

/// The token of its bot, good for nothing but this benchmark.
const TOKEN: &str = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.Bench.only-the-benchmark-knows-this-one";

/// The program, at both doors.
pub struct Bot {
    child: Child,
    pub address: String,
    _home: tempfile::TempDir,
}

impl Bot {
    pub async fn start(origin: &str, public_key: &str) -> Outcome<Bot> {
        let home = tempfile::tempdir()?;
        let mut child = Command::new(env!("CARGO_BIN_EXE_rolecall"))
            .current_dir(home.path())
            .env_clear()
            .env("DISCORD_TOKEN", TOKEN)
            .env("DISCORD_API_URL", format!("http://{origin}"))
            .env("DISCORD_PUBLIC_KEY", public_key)
            .env("ROLECALL_HTTP_ADDR", "0")
            .env("ROLECALL_CORPUS", concat!(env!("CARGO_MANIFEST_DIR"), "/corpus"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let stderr = child.stderr.take().ok_or("no standard error")?;
        let (tell, mut lines) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        let mut bot = Bot { child, address: String::new(), _home: home };
        let ready = async {
            while let Some(line) = lines.recv().await {
                if let Some((_, rest)) = line.split_once("http://") {
                    bot.address = rest.split('/').next().unwrap_or_default().to_owned();
                }
                if line.contains("commands: ") {
                    return Ok(());
                }
            }
            Err("the bot ended")
        };
        tokio::time::timeout(PATIENCE, ready).await.map_err(|_| "the bot is never ready")??;
        Ok(bot)
    }

    /// The time that the program has spent on processors; none where the system does not tell.
    pub fn spent(&self) -> Option<Duration> {
        const TICKS_A_SECOND: u64 = 100;
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
        Some(Duration::from_millis(ticks * 1000 / TICKS_A_SECOND))
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
