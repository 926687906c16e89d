using System.Text.Json.Nodes;

namespace RoboPerception.Node.Configuration;

/// <summary>
/// The configuration file as a JSON schema (draft 2020-12), for editors. Made from <see cref="Setting.All"/> and the checks behind it: what
/// the reader accepts and what an editor shows cannot part.
/// </summary>
internal static class ConfigurationSchema
{
    /// <summary>The schema.</summary>
    public static JsonObject Build()
    {
        JsonObject schema = Section([]);
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
        schema["title"] = "Configuration of the RoboPerception node";
        foreach (Setting setting in Setting.All)
        {
            JsonObject place = schema;
            string[] parts = setting.Path.Split('.');
            foreach (string part in parts[..^1])
            {
                place = part == "*" ? Items(place) : Child(place, part);
            }
            Properties(place)[parts[^1]] = Value(setting);
        }
        return schema;
    }

    private static JsonObject Section(JsonObject properties) =>
        // null: a section whose keys are all commented out.
        new() { ["type"] = new JsonArray("object", "null"), ["additionalProperties"] = false, ["properties"] = properties };

    private static JsonObject Properties(JsonObject section) => section["properties"]!.AsObject();

    private static JsonObject Child(JsonObject section, string name)
    {
        JsonObject properties = Properties(section);
        if (!properties.ContainsKey(name))
        {
            properties[name] = Section([]);
        }
        return properties[name]!.AsObject();
    }

    /// <summary>Turns a section into a list of sections.</summary>
    private static JsonObject Items(JsonObject section)
    {
        if (!section.ContainsKey("items"))
        {
            section.Remove("additionalProperties");
            section.Remove("properties");
            section["type"] = new JsonArray("array", "null");
            section["items"] = Section([]);
        }
        return section["items"]!.AsObject();
    }

    private static JsonObject Value(Setting setting)
    {
        SettingForm form = setting.Form;
        JsonObject value = form.Kind switch
        {
            SettingKind.Id => new() { ["type"] = "string", ["pattern"] = "^[a-z0-9-]+$" },
            SettingKind.Flag => new() { ["type"] = "boolean" },
            SettingKind.Word => OneOf(form.Words),
            SettingKind.Words => new() { ["type"] = "array", ["minItems"] = 1, ["items"] = OneOf(form.Words) },
            SettingKind.Whole => Between("integer", form),
            SettingKind.Number => Between("number", form),
            // An address may be a bare number or word to YAML.
            _ => new() { ["type"] = new JsonArray("string", "number"), ["minLength"] = 1 },
        };
        value["description"] = setting.Meaning;
        return value;
    }

    private static JsonObject OneOf(IReadOnlyList<string> words) => new() { ["enum"] = new JsonArray([.. words.Select(w => (JsonNode)w)]) };

    private static JsonObject Between(string type, SettingForm form) => new() { ["type"] = type, ["minimum"] = form.Minimum, ["maximum"] = form.Maximum };
}
