package pipeline.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * Judges records on the command line, without Spark: {@code java -cp … pipeline.spark.JudgeCommand
 * --settings FILE}.
 *
 * <p>Reads one JSON object a line from standard input: {@code topic}, {@code partition}, {@code
 * offset}, {@code publishedMs}, and as base64 or null {@code key}, {@code value}, and the {@code
 * headers} by name. Prints for each, in the same order, the record that the job would write: {@code
 * topic}, {@code value} as text or null, {@code key} and {@code headers} as base64.
 *
 * <p>A line {@code {"settings": {…}}} has the settings of the records after it and prints nothing.
 * Without {@code --settings} there must be one before the first record.
 */
public final class JudgeCommand {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Settings settings;
  private RecordProcessor processor;

  private JudgeCommand(String... arguments) throws IOException {
    if (arguments.length > 0) use(Settings.textOf(arguments));
  }

  public static void main(String[] arguments) throws IOException {
    JudgeCommand command = new JudgeCommand(arguments);
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String text = lines.readLine(); text != null; text = lines.readLine()) {
      JsonNode line = JSON.readTree(text);
      if (line.has("settings")) command.use(line.get("settings").toString());
      else out.println(command.judge(line));
    }
    out.flush();
  }

  private void use(String json) throws IOException {
    settings = Settings.parse(json);
    processor = new RecordProcessor(settings);
  }

  private String judge(JsonNode line) throws IOException {
    if (processor == null)
      throw new IllegalArgumentException("expected --settings FILE, or settings before a record");
    return print(processor.process(recordOf(line)).output());
  }

  private RawRecord recordOf(JsonNode line) throws IOException {
    JsonNode headers = line.path("headers");
    List<String> mapped = settings.rawHeaders();
    byte[][] values = new byte[mapped.size()][];
    for (int i = 0; i < values.length; i++) values[i] = bytes(headers.path(mapped.get(i)));
    return new RawRecord(
        line.required("topic").asText(),
        line.required("partition").asInt(),
        line.required("offset").asLong(),
        line.required("publishedMs").asLong() * 1_000,
        bytes(line.path("key")),
        bytes(line.path("value")),
        bytes(headers.path(OutputRecord.EVENT_ID_HEADER)),
        bytes(headers.path(OutputRecord.REDRIVE_HEADER)),
        values);
  }

  private static byte[] bytes(JsonNode base64) throws IOException {
    return base64.isTextual() ? base64.binaryValue() : null;
  }

  private static String print(OutputRecord record) throws IOException {
    ObjectNode printed = JSON.createObjectNode();
    printed.put("topic", record.topic());
    printed.put("key", record.key());
    byte[] value = record.value();
    printed.put("value", value == null ? null : new String(value, StandardCharsets.UTF_8));
    ObjectNode headers = printed.putObject("headers");
    for (Row header : record.headers()) headers.put(header.getString(0), header.<byte[]>getAs(1));
    return JSON.writeValueAsString(printed);
  }
}
