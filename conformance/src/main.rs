//! Prints how each suite stands: `cargo run -p conformance`.

use std::process::ExitCode;

use conformance::{Baseline, Standing, required, root, suites};

fn main() -> ExitCode {
    let baseline = Baseline::current();
    let mut sound = true;
    for suite in suites() {
        let Some(directory) = suite.directory() else {
            println!("{:24} not run: not in {}", suite.name, root().display());
            sound &= !required();
            continue;
        };
        let outcomes = match (suite.run)(&directory) {
            Ok(outcomes) => outcomes,
            Err(error) => {
                println!("{:24} not run: {error}", suite.name);
                sound = false;
                continue;
            }
        };
        let standing = Standing::new(suite.name, outcomes, &baseline);
        println!(
            "{:24} {} of {} pass",
            suite.name, standing.passed, standing.total
        );
        for complaint in standing.complaints() {
            println!("    {complaint}");
            sound = false;
        }
    }
    if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
