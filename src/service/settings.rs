//! `klero.toml`: how a service is run. The identity of a log stands in `DIR/service.json` and is not a setting.
//!
//! Layers, the later over the earlier: built-in values; `DIR/service.json` for relays and margin, where older services have them;
//! `DIR/klero.toml`, or the file named by `KLERO_CONFIG`; the environment, `KLERO_` with `__` between a section and its setting
//! (`KLERO_METRICS__LISTEN`); arguments of the command. A wrong value is reported with the place that it comes from, and an unknown name
//! is an error. Settings hold no secret: keys are files.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use figment::providers::{Env, Format, Serialized, Toml};
use figment::value::Value;
use figment::{Figment, Metadata, Provider};
use serde::{Deserialize, Serialize};

use super::config::Config;
use crate::failure::Failure;
use crate::retention::Retention;

/// Environment variables of the commands, and of `.ci/run`, that are no settings.
const NOT_SETTINGS: [&str; 6] = ["dir", "config", "log", "passphrase_file", "ci_highs", "ci_mutants"];

/// How a service is run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Address of the public pages.
    pub listen: SocketAddr,
    /// Addresses of beacon relays; drand's own if empty.
    pub relays: Vec<String>,
    /// Seconds before a round within which nothing is sealed any more.
    pub margin_secs: u64,
    /// The data key's file; `DIR/keys/data.key`, or systemd's credential `data.key`, if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_key: Option<PathBuf>,
    /// Where the public folder is published besides: `s3://BUCKET/PREFIX`, or `file:///FOLDER`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publish_to: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Log lines.
    pub log: LogSettings,
    /// Figures for Prometheus.
    pub metrics: MetricsSettings,
    /// Bounds on requests.
    pub limits: Limits,
    /// How long pools are kept.
    pub retention: Retention,
}

/// `[log]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSettings {
    /// Lines for people, or one JSON object a line.
    pub format: LogFormat,
    /// What is told: error, warn, info or debug.
    pub level: LogLevel,
}

/// Form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The least that is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// What needs somebody.
    Error,
    /// What may need somebody.
    Warn,
    /// What happened.
    Info,
    /// Requests too.
    Debug,
}

/// `[metrics]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsSettings {
    /// Address of `/metrics`; none if absent. Not for the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
}

/// `[limits]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// A request is answered within so many seconds, or given up.
    pub request_secs: u64,
    /// A request's body has at most so many bytes, where a route does not say otherwise.
    pub body_bytes: usize,
    /// Searches, things handed in and wrong addresses from one address in a minute; what can be cached is not counted.
    pub requests_per_minute: u32,
    /// Requests of the organisers' API, of one account in a minute.
    pub api_requests_per_minute: u32,
    /// Attempts to sign in or to accept an invitation, from one address in a minute; for one account, from everywhere, ten times as many.
    pub api_attempts_per_minute: u32,
    /// Requests being answered at a time; as many of the organisers' API besides.
    pub concurrent: usize,
    /// Connections at a time, listeners to draws among them; more wait. Fewer where the system allows fewer open files.
    pub connections: usize,
    /// Seconds for requests under way when the service ends.
    pub shutdown_secs: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_secs: 30,
            body_bytes: 65_536,
            requests_per_minute: 120,
            api_requests_per_minute: 600,
            api_attempts_per_minute: 10,
            concurrent: 4_096,
            connections: 25_000,
            shutdown_secs: 20,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            relays: Vec::new(),
            margin_secs: 0,
            data_key: None,
            publish_to: None,
            trusted_proxies: Vec::new(),
            log: LogSettings { format: LogFormat::Text, level: LogLevel::Info },
            metrics: MetricsSettings { listen: None },
            limits: Limits::default(),
            retention: Retention::default(),
        }
    }
}

/// What the arguments of a command say, over everything else.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Flags {
    /// `--listen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// `--relay`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub relays: Vec<String>,
}

/// The settings' file of the service in `dir`.
#[must_use]
pub fn path(dir: &Path) -> PathBuf {
    std::env::var_os("KLERO_CONFIG").map_or_else(|| dir.join("klero.toml"), PathBuf::from)
}

impl Settings {
    /// Reads the settings of the service in `dir`.
    pub fn load(dir: &Path) -> Result<Self, Failure> {
        Self::load_with(dir, &Flags::default())
    }

    /// The same, with the arguments of a command.
    pub fn load_with(dir: &Path, flags: &Flags) -> Result<Self, Failure> {
        let settings: Self = layers(dir, flags)?.extract().map_err(|errors| wrong(&errors))?;
        settings.check()?;
        Ok(settings)
    }

    /// Every setting with its value and the place that it comes from.
    pub fn origins(dir: &Path, flags: &Flags) -> Result<Vec<(String, String, String)>, Failure> {
        let figment = layers(dir, flags)?;
        let value: Value = figment.extract().map_err(|errors| wrong(&errors))?;
        let mut told = Vec::new();
        flatten("", &value, &mut |name, value| {
            let from = figment.find_metadata(name);
            let from = from.map_or_else(String::new, |m| match &m.source {
                Some(figment::Source::File(path)) => path.display().to_string(),
                _ => m.name.to_string(),
            });
            told.push((name.to_owned(), value, from));
        });
        Ok(told)
    }

    fn check(&self) -> Result<(), Failure> {
        for relay in &self.relays {
            relay.parse::<crate::drand::Relay>().map_err(|e| Failure::usage(format!("relays: {e}")))?;
        }
        let limits = &self.limits;
        let positive = limits.request_secs > 0
            && limits.body_bytes > 0
            && limits.requests_per_minute > 0
            && limits.api_requests_per_minute > 0
            && limits.api_attempts_per_minute > 0
            && limits.concurrent > 0
            && limits.connections > 0
            && limits.shutdown_secs > 0;
        if !positive {
            return Err(Failure::usage("limits: a limit of 0 would stop the service")
                .advise("leave a limit out to have its usual value"));
        }
        if self.metrics.listen == Some(self.listen) && self.listen.port() != 0 {
            return Err(Failure::usage(format!("metrics.listen and listen are both {}", self.listen))
                .advise("give the figures an address of their own, which is not public"));
        }
        Ok(())
    }
}

/// All layers, from the lowest up.
fn layers(dir: &Path, flags: &Flags) -> Result<Figment, Failure> {
    let identity = Config::load(dir)?;
    let file = path(dir);
    if std::env::var_os("KLERO_CONFIG").is_some() && !file.exists() {
        return Err(Failure::usage(format!("the settings' file {} is not there", file.display()))
            .advise("KLERO_CONFIG names it; write the file, or unset KLERO_CONFIG"));
    }
    let older = serde_json::json!({"relays": identity.relays, "margin_secs": identity.margin_secs});
    let mut figment = Figment::from(Layer("built in", Settings::default())).merge(Layer("service.json", older));
    if file.exists() {
        figment = figment.merge(Toml::file_exact(&file));
    }
    let environment = Env::prefixed("KLERO_").ignore(&NOT_SETTINGS).split("__");
    Ok(figment.merge(environment).merge(Layer("argument", flags)))
}

/// Values under a name that errors tell.
struct Layer<T>(&'static str, T);

impl<T: Serialize> Provider for Layer<T> {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.0)
    }
    fn data(&self) -> Result<figment::value::Map<figment::Profile, figment::value::Dict>, figment::Error> {
        Serialized::defaults(&self.1).data()
    }
}

fn wrong(errors: &figment::Error) -> Failure {
    let told: Vec<String> = errors.clone().into_iter().map(|e| e.to_string()).collect();
    Failure::usage(format!("the settings: {}", told.join("; ")))
        .advise("correct the value where it stands; klero serve --check-config shows all settings")
}

fn flatten(name: &str, value: &Value, tell: &mut dyn FnMut(&str, String)) {
    match value {
        Value::Dict(_, members) if !members.is_empty() => {
            for (key, value) in members {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                flatten(&name, value, tell);
            }
        }
        other => tell(name, show(other)),
    }
}

fn show(value: &Value) -> String {
    match value {
        Value::String(_, text) => format!("\"{text}\""),
        Value::Bool(_, yes) => yes.to_string(),
        // Whole numbers are signed from a file and unsigned from the built-in values.
        Value::Num(_, number) => (number.to_u128().map(|n| n.to_string()))
            .or_else(|| number.to_i128().map(|n| n.to_string()))
            .or_else(|| number.to_f64().map(|n| n.to_string()))
            .unwrap_or_default(),
        Value::Array(_, items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Value::Dict(..) => "{}".to_owned(),
        Value::Char(..) | Value::Empty(..) => String::new(),
    }
}
