//! Any text as a configuration: what is accepted comes back the same from its own form.

#![no_main]

use gleaner_pipeline::ResultOptions;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

fuzz_target!(|text: &str| {
    // As the command line reads a file: a table of TOML over the defaults.
    let Ok(values) = toml::from_str::<Map<String, Value>>(text) else { return };
    let Value::Object(mut all) = serde_json::to_value(ResultOptions::default()).expect("options are JSON") else { return };
    all.extend(values);
    let Ok(options) = serde_json::from_value::<ResultOptions>(Value::Object(all)) else { return };
    let text = serde_json::to_string(&options).expect("options are JSON");
    let again: ResultOptions = serde_json::from_str(&text).expect("what was written is read");
    assert_eq!(serde_json::to_string(&again).expect("options are JSON"), text);
});
