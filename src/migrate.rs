//! `marketd migrate`: makes the tables, or brings them up to date, and says what it did.

use marketd_store::{Fault, Opened, StoreError};

use crate::config::Config;
use crate::config::without_password;

/// sysexits.h: the data is not what this program can use.
pub const EXIT_DATA: u8 = 65;
/// sysexits.h: a service is unavailable.
pub const EXIT_UNAVAILABLE: u8 = 69;
/// sysexits.h: an output file cannot be created; here, somebody else has the folder, or it cannot be written.
pub const EXIT_FOLDER: u8 = 73;
/// sysexits.h: something is configured wrongly.
pub const EXIT_CONFIG: u8 = 78;

/// The exit code for a store that cannot be used.
pub const fn exit_code(fault: Fault) -> u8 {
    match fault {
        Fault::Unavailable | Fault::Full | Fault::ReadOnly => EXIT_UNAVAILABLE,
        Fault::Schema | Fault::Damaged => EXIT_DATA,
        Fault::Refused => EXIT_CONFIG,
    }
}

/// What was done, in one sentence.
pub async fn run(config: &Config) -> Result<String, StoreError> {
    let url = config.store_url();
    let shown = without_password(&url);
    let Opened { store, migrations } = marketd_store::open(&url, config.store.options()).await?;
    store.close().await;
    Ok(match migrations.as_slice() {
        [] => format!("{shown} is up to date"),
        run => format!("{shown}: ran {}", run.join(", ")),
    })
}
