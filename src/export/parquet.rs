//! Parquet: times are UTC timestamps in microseconds, decimals are `decimal(38, 18)`, exact.

use std::fs::File;
use std::io::BufWriter;
use std::sync::Arc;

use anyhow::Context;
use marketd_domain::{BookSide, Level};
use marketd_protocol::rest::{ShownCandle, ShownTrade};
use marketd_store::SnapshotRow;
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int64Type,
};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::{Sink, What};

/// Rows that are gathered before they are written: what the file takes in memory.
const GROUP_ROWS: usize = 50_000;
/// Decimals of every number. The largest price or quantity has 19 digits before its scale, so it fits whatever that is.
const SCALE: u32 = 18;

/// A column as it gathers.
enum Column {
    Integers(Vec<i64>),
    Words(Vec<ByteArray>),
    Decimals(Vec<FixedLenByteArray>),
    Flags(Vec<bool>),
}

impl Column {
    fn len(&self) -> usize {
        match self {
            Self::Integers(values) => values.len(),
            Self::Words(values) => values.len(),
            Self::Decimals(values) => values.len(),
            Self::Flags(values) => values.len(),
        }
    }
}

enum Value<'v> {
    Integer(i64),
    Word(&'v str),
    /// A mantissa and its decimals.
    Decimal(i128, u8),
    Flag(bool),
}

pub(super) struct Parquet {
    writer: SerializedFileWriter<BufWriter<File>>,
    columns: Vec<Column>,
}

const TRADES: &str = "message trades {
    required int64 ts (TIMESTAMP(MICROS, true));
    required binary trade_id (STRING);
    required fixed_len_byte_array(16) price (DECIMAL(38, 18));
    required fixed_len_byte_array(16) qty (DECIMAL(38, 18));
    required binary side (STRING);
    required boolean backfilled;
    required int64 ts_recv (TIMESTAMP(MICROS, true));
}";

const CANDLES: &str = "message candles {
    required int64 open_time (TIMESTAMP(MICROS, true));
    required fixed_len_byte_array(16) open (DECIMAL(38, 18));
    required fixed_len_byte_array(16) high (DECIMAL(38, 18));
    required fixed_len_byte_array(16) low (DECIMAL(38, 18));
    required fixed_len_byte_array(16) close (DECIMAL(38, 18));
    required fixed_len_byte_array(16) volume (DECIMAL(38, 18));
    required fixed_len_byte_array(16) quote_volume (DECIMAL(38, 18));
    required int64 trades;
    required int64 revision;
}";

const SNAPSHOTS: &str = "message snapshots {
    required int64 ts_recv (TIMESTAMP(MICROS, true));
    required int64 ts_venue (TIMESTAMP(MICROS, true));
    required int64 epoch;
    required int64 seq;
    required binary side (STRING);
    required fixed_len_byte_array(16) price (DECIMAL(38, 18));
    required fixed_len_byte_array(16) qty (DECIMAL(38, 18));
}";

impl Parquet {
    pub(super) fn new(out: BufWriter<File>, what: What) -> anyhow::Result<Self> {
        let schema = match what {
            What::Trades => TRADES,
            What::Candles => CANDLES,
            What::Snapshots => SNAPSHOTS,
        };
        let schema = Arc::new(parse_message_type(schema)?);
        let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default()));
        let writer = SerializedFileWriter::new(out, schema, Arc::new(properties.build()))?;
        Ok(Self { writer, columns: Vec::new() })
    }

    fn row(&mut self, values: &[Value<'_>]) -> anyhow::Result<()> {
        if self.columns.is_empty() {
            self.columns.extend(values.iter().map(|value| match value {
                Value::Integer(_) => Column::Integers(Vec::new()),
                Value::Word(_) => Column::Words(Vec::new()),
                Value::Decimal(..) => Column::Decimals(Vec::new()),
                Value::Flag(_) => Column::Flags(Vec::new()),
            }));
        }
        for (column, value) in self.columns.iter_mut().zip(values) {
            match (column, value) {
                (Column::Integers(column), Value::Integer(value)) => column.push(*value),
                (Column::Words(column), Value::Word(value)) => column.push(ByteArray::from(*value)),
                (Column::Decimals(column), Value::Decimal(mantissa, decimals)) => {
                    column.push(decimal(*mantissa, *decimals)?);
                }
                (Column::Flags(column), Value::Flag(value)) => column.push(*value),
                _ => anyhow::bail!("a value of another type than its column"),
            }
        }
        if self.columns.first().is_some_and(|column| column.len() >= GROUP_ROWS) {
            self.write_group()?;
        }
        Ok(())
    }

    fn write_group(&mut self) -> anyhow::Result<()> {
        let columns = std::mem::take(&mut self.columns);
        if columns.is_empty() {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for column in &columns {
            write_column(&mut group, column)?;
        }
        group.close()?;
        Ok(())
    }
}

fn write_column(
    group: &mut SerializedRowGroupWriter<'_, BufWriter<File>>,
    column: &Column,
) -> anyhow::Result<()> {
    let mut writer = group.next_column()?.context("a column more than the schema has")?;
    match column {
        Column::Integers(values) => writer.typed::<Int64Type>().write_batch(values, None, None)?,
        Column::Words(values) => writer.typed::<ByteArrayType>().write_batch(values, None, None)?,
        Column::Decimals(values) => {
            writer.typed::<FixedLenByteArrayType>().write_batch(values, None, None)?
        }
        Column::Flags(values) => writer.typed::<BoolType>().write_batch(values, None, None)?,
    };
    writer.close()?;
    Ok(())
}

/// Two's complement, the highest byte first. Exact, or an error.
fn decimal(mantissa: i128, decimals: u8) -> anyhow::Result<FixedLenByteArray> {
    const DIGITS_MAX: i128 = 10i128.pow(38) - 1;
    let decimals = u32::from(decimals);
    let value = match SCALE.checked_sub(decimals) {
        Some(more) => mantissa.checked_mul(10i128.pow(more)),
        // Finer than the column: only what ends in zeros fits.
        None => 10i128
            .checked_pow(decimals - SCALE)
            .filter(|unit| mantissa % unit == 0)
            .map(|unit| mantissa / unit),
    };
    let value = value.filter(|value| value.abs() <= DIGITS_MAX);
    let value = value.with_context(|| format!("{mantissa}e-{decimals} does not fit decimal(38, 18)"))?;
    Ok(ByteArray::from(value.to_be_bytes().to_vec()).into())
}

impl Sink for Parquet {
    fn trade(&mut self, shown: &ShownTrade) -> anyhow::Result<()> {
        let (trade, scales) = (&shown.trade, shown.scales);
        self.row(&[
            Value::Integer(trade.ts_venue.micros()),
            Value::Word(&trade.id.to_string()),
            Value::Decimal(trade.price.mantissa().into(), scales.price.decimals()),
            Value::Decimal(trade.qty.mantissa().into(), scales.qty.decimals()),
            Value::Word(trade.aggressor.as_str()),
            Value::Flag(trade.backfilled),
            Value::Integer(trade.ts_recv.micros()),
        ])
    }

    fn candle(&mut self, shown: &ShownCandle) -> anyhow::Result<()> {
        let (candle, scales) = (&shown.candle, shown.scales);
        let price =
            |price: marketd_domain::Price| Value::Decimal(price.mantissa().into(), scales.price.decimals());
        self.row(&[
            Value::Integer(candle.open_time.micros()),
            price(candle.open),
            price(candle.high),
            price(candle.low),
            price(candle.close),
            Value::Decimal(candle.volume.mantissa(), scales.qty.decimals()),
            Value::Decimal(candle.quote_volume.mantissa(), scales.notional_decimals()),
            Value::Integer(i64::try_from(candle.trades).context("too many trades")?),
            Value::Integer(candle.revision.into()),
        ])
    }

    fn snapshot(&mut self, snapshot: &SnapshotRow) -> anyhow::Result<()> {
        let (moment, scales) = (snapshot.moment(), snapshot.scales());
        let mut side = |side: BookSide, levels: &[Level]| {
            levels.iter().try_for_each(|level| {
                self.row(&[
                    Value::Integer(moment.ts_recv.micros()),
                    Value::Integer(moment.ts_venue.micros()),
                    Value::Integer(moment.epoch.cast_signed()),
                    Value::Integer(moment.book_seq.cast_signed()),
                    Value::Word(side.as_str()),
                    Value::Decimal(level.price.mantissa().into(), scales.price.decimals()),
                    Value::Decimal(level.qty.mantissa().into(), scales.qty.decimals()),
                ])
            })
        };
        side(BookSide::Bid, snapshot.bids())?;
        side(BookSide::Ask, snapshot.asks())
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<File> {
        self.write_group()?;
        let out = self.writer.into_inner()?;
        Ok(out.into_inner().map_err(std::io::IntoInnerError::into_error)?)
    }
}
