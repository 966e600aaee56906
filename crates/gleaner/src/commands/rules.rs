//! `gleaner rules`: every rule of line cleaning with its text and examples.

use gleaner_boilerplate::lines::rules;
use gleaner_pipeline::Error;

use crate::display::print;
use crate::exit::Exit;

pub(crate) fn rules_command() -> Result<Exit, Error> {
    for rule in rules() {
        print(&format!("{}\n    {}", rule.name, rule.summary))?;
        print(&format!("    removes: {}\n    keeps:   {}\n", rule.removes, rule.keeps))?;
    }
    Ok(Exit::Done)
}
