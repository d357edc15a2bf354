package pipeline.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.spark.sql.Row;

/**
 * Judges records on the command line, without Spark: {@code java -cp … pipeline.spark.JudgeCommand
 * --settings FILE}.
 *
 * <p>Reads one JSON object a line from standard input: {@code topic}, {@code partition}, {@code
 * offset}, {@code publishedMs}, and as base64 or null {@code key}, {@code value}, and the {@code
 * headers} by name. Prints for each, in the same order, the record that the job would write: {@code
 * topic}, {@code value} as text, {@code key} and {@code headers} as base64.
 */
public final class JudgeCommand {
  private static final ObjectMapper JSON = new ObjectMapper();

  private JudgeCommand() {}

  public static void main(String[] arguments) throws IOException {
    Settings settings = Settings.parse(Settings.textOf(arguments));
    RecordProcessor processor = new RecordProcessor(settings);
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      out.println(print(processor.process(recordOf(JSON.readTree(line))).output()));
    }
    out.flush();
  }

  private static RawRecord recordOf(JsonNode line) throws IOException {
    JsonNode headers = line.path("headers");
    return new RawRecord(
        line.required("topic").asText(),
        line.required("partition").asInt(),
        line.required("offset").asLong(),
        line.required("publishedMs").asLong() * 1_000,
        bytes(line.path("key")),
        bytes(line.path("value")),
        bytes(headers.path(OutputRecord.EVENT_ID_HEADER)),
        bytes(headers.path(OutputRecord.REDRIVE_HEADER)));
  }

  private static byte[] bytes(JsonNode base64) throws IOException {
    return base64.isTextual() ? base64.binaryValue() : null;
  }

  private static String print(OutputRecord record) throws IOException {
    ObjectNode printed = JSON.createObjectNode();
    printed.put("topic", record.topic());
    printed.put("key", record.key());
    printed.put("value", new String(record.value(), StandardCharsets.UTF_8));
    ObjectNode headers = printed.putObject("headers");
    for (Row header : record.headers()) headers.put(header.getString(0), header.<byte[]>getAs(1));
    return JSON.writeValueAsString(printed);
  }
}
