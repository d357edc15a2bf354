package pipeline.spark;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;

/**
 * The schemas of a registry with Confluent's API. A schema never changes, so each is asked for once
 * in the life of this JVM; an id that the registry does not know may be registered later.
 */
final class SchemaRegistry {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
  private static final int OK = 200;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;

  /** All codes of Confluent's API for what does not exist: subject, version, schema. */
  private static final int FIRST_UNKNOWN = 40_401;

  private static final int LAST_UNKNOWN = 40_403;

  private static final String AVRO = "AVRO";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, SchemaRegistry> REGISTRIES = new ConcurrentHashMap<>();

  private final String url;
  private final HttpClient http;

  /** Header of each request; null: none. */
  private final String authorization;

  private final Map<Integer, Answer> known = new ConcurrentHashMap<>();

  private SchemaRegistry(String url, Connections.Registry connection) {
    this.url = url;
    authorization = connection.authorization();
    HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT);
    if (!connection.tls().isEmpty()) builder.sslContext(connection.sslContext());
    http = builder.build();
  }

  /** The one of this JVM for that address. */
  static SchemaRegistry at(String url, Connections connections) {
    return REGISTRIES.computeIfAbsent(
        url.replaceAll("/+$", ""),
        address -> new SchemaRegistry(address, connections.schemaRegistry()));
  }

  /** A schema, or why there is none; the other is null. */
  record Answer(Schema schema, Refusal refusal) {
    private static Answer refused(Reason reason, int id, String why) {
      return new Answer(null, Refusal.ofValue(reason, "schema id " + id + why));
    }
  }

  /**
   * @throws SchemaRegistryUnavailable when the registry does not tell whether it has the schema
   * @throws SchemaRegistryRefused when it refuses the credentials, or the certificates do not fit
   */
  Answer schema(int id) {
    Answer before = known.get(id);
    if (before != null) return before;
    JsonNode found = get("/schemas/ids/" + id);
    if (found == null) return Answer.refused(Reason.UnknownSchema, id, "");
    Answer answer = answer(id, found);
    if (answer.refusal() == null || !answer.refusal().is(Reason.UnknownSchema))
      known.put(id, answer);
    return answer;
  }

  private Answer answer(int id, JsonNode found) {
    String kind = found.path("schemaType").asText(AVRO);
    if (!kind.equals(AVRO))
      return Answer.refused(Reason.SchemaNotAvro, id, ", which is of the kind " + kind);
    Schema.Parser parser = new Schema.Parser(NameValidator.NO_VALIDATION);
    parser.setValidateDefaults(false);
    try {
      String missing = parseReferences(parser, found, new HashSet<>());
      if (missing != null)
        return Answer.refused(Reason.UnknownSchema, id, ", which refers to " + missing);
      return new Answer(parser.parse(found.path("schema").asText()), null);
    } catch (SchemaParseException broken) {
      return Answer.refused(Reason.SchemaNotAvro, id, ", which cannot be parsed as Avro");
    }
  }

  /** Parses what a schema refers to, which has to come first; names what the registry lacks. */
  private String parseReferences(Schema.Parser parser, JsonNode schema, Set<String> parsed) {
    for (JsonNode reference : schema.path("references")) {
      String subject = reference.path("subject").asText();
      String version = reference.path("version").asText();
      if (!parsed.add(subject + " " + version)) continue;
      String encoded = URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
      JsonNode found = get("/subjects/" + encoded + "/versions/" + version);
      if (found == null) return "version " + version + " of " + subject;
      String missing = parseReferences(parser, found, parsed);
      if (missing != null) return missing;
      parser.parse(found.path("schema").asText());
    }
    return null;
  }

  /** Null if the registry does not have it. */
  private JsonNode get(String path) {
    HttpResponse<String> response = response(path);
    if (response.statusCode() == OK) return json(path, response.body());
    if (response.statusCode() == NOT_FOUND) {
      int code = json(path, response.body()).path("error_code").asInt();
      if (code >= FIRST_UNKNOWN && code <= LAST_UNKNOWN) return null;
    }
    String answered = "it answered with status " + response.statusCode();
    boolean isRefused = response.statusCode() == UNAUTHORIZED || response.statusCode() == FORBIDDEN;
    if (isRefused) throw new SchemaRegistryRefused(expected(path) + answered);
    throw unavailable(path, answered);
  }

  private HttpResponse<String> response(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path)).timeout(REQUEST_TIMEOUT);
    if (authorization != null) request.header("Authorization", authorization);
    try {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (SSLException untrusted) {
      throw new SchemaRegistryRefused(expected(path) + untrusted);
    } catch (IOException failed) {
      throw unavailable(path, failed.toString());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw unavailable(path, stopped.toString());
    }
  }

  private JsonNode json(String path, String body) {
    try {
      return JSON.readTree(body);
    } catch (JacksonException notJson) {
      throw unavailable(path, "its answer is no JSON, " + notJson.getClass().getSimpleName());
    }
  }

  /** The reason alone crosses the driver, so it is a text and no cause. */
  private SchemaRegistryUnavailable unavailable(String path, String reason) {
    String remedy = "; SCHEMA_REGISTRY_URL must name the Confluent-compatible API of a registry";
    return new SchemaRegistryUnavailable(expected(path) + reason + remedy);
  }

  private String expected(String path) {
    return "expected a schema from " + url + path + ", but ";
  }
}
