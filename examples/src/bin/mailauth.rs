//! Answers questions of mail authentication on the command line.

use std::process::ExitCode;

use examples::mailauth::Arguments;
use examples::program;

fn main() -> ExitCode {
    match program::command_line::<Arguments>("mailauth") {
        Ok(arguments) => match arguments.run() {
            Ok(exit) => exit,
            Err(error) => program::refuse("mailauth", &error),
        },
        Err(exit) => exit,
    }
}
