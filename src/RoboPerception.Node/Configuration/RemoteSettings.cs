namespace RoboPerception.Node.Configuration;

/// <summary>Control of the running node from outside; off unless asked for.</summary>
internal sealed class RemoteSettings
{
    /// <summary>Requests over MQTT are served.</summary>
    public bool Mqtt { get; set; }

    /// <summary>The dashboard has switches.</summary>
    public bool Dashboard { get; set; }

    /// <summary>Folder of the recordings that are begun from outside; null: none are.</summary>
    public string? Recordings { get; set; }

    /// <summary>Folder whose models may be asked for by name; null: only the configured file may be read again.</summary>
    public string? Models { get; set; }

    /// <summary>Whether anybody may control the node.</summary>
    public bool Any => Mqtt || Dashboard;
}
