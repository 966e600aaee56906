//! The configuration file: the long option names without dashes, in TOML.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use clap::CommandFactory;
use gleaner_pipeline::{Error, ErrorKind};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::args::Cli;

/// Options that belong to one call and are refused in a file.
const NOT_IN_A_FILE: [&str; 13] = [
    "config",
    "dry-run",
    "output",
    "overwrite",
    "rejects",
    "removed",
    "help",
    "version",
    "quiet",
    "json",
    "color",
    "recall-sample",
    "problems",
];

/// The values of a configuration file.
#[derive(Debug, Default)]
pub(crate) struct Config {
    values: Map<String, Value>,
}

impl Config {
    /// Reads `path`; without one, the configuration is empty.
    pub(crate) fn read(path: Option<&Path>) -> Result<Config, Error> {
        let Some(path) = path else { return Ok(Config::default()) };
        let refuse = |why: &dyn std::fmt::Display| usage(&format!("--config {}: {why}", path.display()));
        let text = fs::read_to_string(path).map_err(|error| refuse(&error))?;
        let values: Map<String, Value> = toml::from_str(&text).map_err(|error| refuse(&error))?;
        let known = option_names();
        if let Some(unknown) = values.keys().find(|name| !known.contains(*name)) {
            return Err(refuse(&format!("`{unknown}` is no option that a file can set")));
        }
        Ok(Config { values })
    }

    /// `args` where it has a value, else this file.
    pub(crate) fn fill<T: Serialize + DeserializeOwned>(&self, args: &T) -> Result<T, Error> {
        let mut values = self.values.clone();
        // What cannot be told apart by its name is a path.
        let given = serde_json::to_value(args).map_err(|error| usage(&format!("an option's {error}")))?;
        if let Value::Object(given) = given {
            values.extend(given);
        }
        serde_json::from_value(Value::Object(values)).map_err(|error| match self.culprit::<T>() {
            Some((name, error)) => usage(&format!("--config: `{name}`: {error}")),
            None => usage(&format!("--config: {error}")),
        })
    }

    /// The first value that is of no use by itself, and why.
    fn culprit<T: DeserializeOwned>(&self) -> Option<(&str, serde_json::Error)> {
        self.values.iter().find_map(|(name, value)| {
            let alone = Map::from_iter([(name.clone(), value.clone())]);
            let error = serde_json::from_value::<T>(Value::Object(alone)).err()?;
            Some((name.as_str(), error))
        })
    }
}

fn usage(message: &str) -> Error {
    Error::new(ErrorKind::Usage, message)
}

fn option_names() -> BTreeSet<String> {
    let command = Cli::command();
    let arguments = command.get_subcommands().flat_map(clap::Command::get_arguments);
    let names = arguments.filter_map(|argument| argument.get_long()).map(str::to_owned);
    names.filter(|name| !NOT_IN_A_FILE.contains(&name.as_str())).collect()
}
