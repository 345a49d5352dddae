//! The bot as a process.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::{BenchResult, TIMEOUT};

/// The bot token that the fake Discord accepts.
const TOKEN: &str = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.Bench.only-the-benchmark-knows-this-one";

/// The running bot, with a gateway session and an interactions endpoint.
pub struct BotProcess {
    child: Child,
    /// The address of the interactions endpoint.
    pub address: String,
    _work_dir: tempfile::TempDir,
}

impl BotProcess {
    pub async fn start(origin: &str, public_key: &str) -> BenchResult<BotProcess> {
        let work_dir = tempfile::tempdir()?;
        let mut child = Command::new(env!("CARGO_BIN_EXE_rolecall"))
            .current_dir(work_dir.path())
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
        let (sender, mut lines) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let mut bot = BotProcess { child, address: String::new(), _work_dir: work_dir };
        let ready = async {
            while let Some(line) = lines.recv().await {
                if let Some((_, rest)) = line.split_once("http://") {
                    bot.address = rest.split('/').next().unwrap_or_default().to_owned();
                }
                if line.contains("commands: ") {
                    return Ok(());
                }
            }
            Err("the bot exited")
        };
        tokio::time::timeout(TIMEOUT, ready).await.map_err(|_| "the bot does not become ready")??;
        Ok(bot)
    }

    /// User and system time so far; `None` without /proc.
    pub fn cpu_time(&self) -> Option<Duration> {
        const TICKS_PER_SECOND: u64 = 100;
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
        Some(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
    }
}

impl Drop for BotProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
