using System.Text.Json.Nodes;

namespace RoboPerception.Messaging;

/// <summary>
/// One retained message by which Home Assistant (2024.11 or newer, "device discovery" of its MQTT integration) finds a node: its state, and for
/// each camera frames a second, age, dropped frames and the overlay as a picture. It reads the topics that are published anyway.
/// </summary>
public static class HomeAssistantDiscovery
{
    private const int ExpireSeconds = 10;

    /// <summary>Where Home Assistant looks unless it was told otherwise.</summary>
    public const string DefaultPrefix = "homeassistant";

    /// <summary>The topic of the message.</summary>
    public static string Topic(string discoveryPrefix, Topics topics)
    {
        ArgumentNullException.ThrowIfNull(topics);
        return $"{discoveryPrefix}/device/{Id(topics)}/config";
    }

    /// <summary>The message.</summary>
    /// <param name="topics">The node's names.</param>
    /// <param name="description">What the node publishes.</param>
    public static byte[] Message(Topics topics, DescriptionDocument description)
    {
        ArgumentNullException.ThrowIfNull(topics);
        ArgumentNullException.ThrowIfNull(description);
        string id = Id(topics);
        var components = new JsonObject
        {
            [$"{id}_state"] = new JsonObject
            {
                ["p"] = "sensor",
                ["name"] = "State",
                ["unique_id"] = $"{id}_state",
                ["state_topic"] = topics.Status,
                ["value_template"] = "{{ value_json.state }}",
                ["icon"] = "mdi:robot",
            },
        };
        foreach (CameraDescription camera in description.Cameras)
        {
            string one = $"{id}_{camera.Id.Replace('-', '_')}";
            components[$"{one}_rate"] = Sensor(topics, camera.Id, $"{one}_rate", "frames per second", "frames_per_second", "Hz", "frequency", "measurement");
            components[$"{one}_age"] = Sensor(topics, camera.Id, $"{one}_age", "age of frames", "age.p99", "ms", "duration", "measurement");
            components[$"{one}_dropped"] = Sensor(topics, camera.Id, $"{one}_dropped", "dropped frames", "dropped.values() | sum", null, null, "total_increasing");
            if (camera.Outputs.FirstOrDefault(o => o.Kind == "overlay") is { } overlay)
            {
                components[$"{one}_overlay"] = new JsonObject { ["p"] = "camera", ["name"] = $"{camera.Id} overlay", ["unique_id"] = $"{one}_overlay", ["topic"] = overlay.Topic };
            }
        }
        var message = new JsonObject
        {
            ["device"] = new JsonObject { ["identifiers"] = new JsonArray(id), ["name"] = $"RoboPerception {description.Node}", ["model"] = description.Model?.Name ?? "", ["manufacturer"] = "RoboPerception" },
            ["origin"] = new JsonObject { ["name"] = "RoboPerception", ["sw_version"] = description.Versions.GetValueOrDefault("roboperception", "") },
            ["availability"] = new JsonArray(new JsonObject
            {
                ["topic"] = topics.Status,
                ["value_template"] = $"{{{{ 'offline' if value_json.state in ['{NodeStates.Lost}', '{NodeStates.Stopped}'] else 'online' }}}}",
            }),
            ["components"] = components,
        };
        return System.Text.Encoding.UTF8.GetBytes(message.ToJsonString());
    }

    private static JsonObject Sensor(Topics topics, string camera, string id, string name, string value, string? unit, string? deviceClass, string stateClass)
    {
        var sensor = new JsonObject
        {
            ["p"] = "sensor",
            ["name"] = $"{camera} {name}",
            ["unique_id"] = id,
            ["state_topic"] = topics.Metrics,
            // Ids consist of a-z, 0-9 and '-': nothing in them means anything to a template.
            ["value_template"] = $"{{{{ (value_json.cameras | selectattr('camera', 'eq', '{camera}') | first).{value} }}}}",
            ["state_class"] = stateClass,
            // Silence is no figure: a broker may keep the state of a node that has lost its power.
            ["expire_after"] = ExpireSeconds,
        };
        if (unit is not null)
        {
            sensor["unit_of_measurement"] = unit;
        }
        if (deviceClass is not null)
        {
            sensor["device_class"] = deviceClass;
        }
        return sensor;
    }

    // Home Assistant's ids know no '-' and no '/'.
    private static string Id(Topics topics) => $"{topics.Prefix}_{topics.Node}".Replace('/', '_').Replace('-', '_');
}
