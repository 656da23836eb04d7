package io.tidegate.agent.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** Records as JSON, for people and programs: indented, times as ISO 8601, nothing for null. */
final class Json {

  private static final ObjectWriter WRITER =
      JsonMapper.builder()
          .addModule(texts())
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
          .build()
          .writer();

  private Json() {}

  static Answer answer(Record value) throws JsonProcessingException {
    String text = WRITER.writeValueAsString(value) + "\n";
    return new Answer(Answer.OK, "application/json", text);
  }

  private static SimpleModule texts() {
    SimpleModule module = new SimpleModule();
    module.addSerializer(Instant.class, ToStringSerializer.instance);
    module.addSerializer(Duration.class, ToStringSerializer.instance);
    module.addSerializer(Path.class, ToStringSerializer.instance);
    return module;
  }
}
