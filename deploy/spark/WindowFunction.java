package pipeline.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF4;
import org.apache.spark.sql.types.DataType;
import scala.collection.Seq;

/**
 * {@link WindowRecord} as a function of Spark: device, start in epoch milliseconds, distinct
 * readings, and per measurement its count, sum, sum of squares, minimum and maximum give the record
 * to write.
 */
final class WindowFunction implements UDF4<String, Long, Long, Seq<Row>, Row> {
  private static final long serialVersionUID = 1;

  private transient WindowRecord windows;

  static DataType type() {
    return DataType.fromDDL("struct<" + OutputRecord.COLUMNS + ">");
  }

  @Override
  public Row call(String deviceId, Long startMs, Long count, Seq<Row> statistics) throws Exception {
    if (windows == null) windows = new WindowRecord(Settings.ofSession());
    List<MeasurementStatistics> each = new ArrayList<>(statistics.size());
    for (int i = 0; i < statistics.size(); i++) each.add(statisticsOf(statistics.apply(i)));
    OutputRecord record = windows.of(deviceId, startMs, count, each);
    return RowFactory.create(record.topic(), record.key(), record.value(), record.headers());
  }

  private static MeasurementStatistics statisticsOf(Row row) {
    return new MeasurementStatistics(
        row.getLong(0), row.getDecimal(1), row.getDecimal(2), row.getAs(3), row.getAs(4));
  }
}
