using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Node.Commands;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Hosting;
using RoboPerception.Node.Pipeline;

namespace RoboPerception.Node.Remote;

/// <summary>
/// What can be set of a camera while it runs. Each parameter is a setting of the configuration by another name: the same values are accepted,
/// and refused in the same words. What was set is forgotten at the end of the run.
/// </summary>
internal sealed class RemoteParameters(PipelineService pipelines, RemoteRecorder recorder)
{
    /// <summary>Frames a second of a live source.</summary>
    public const string Rate = "rate";

    private const string Fit = "fit";

    private static readonly RemoteParameter[] All =
    [
        new(Rate, "cameras.*.rate", c => Text(c.Controls.Rate), (c, s) => c.Controls.Rate = s.Cameras[0].Rate),
        new("overlay-rate", "outputs.overlay", c => Text(c.Controls.OverlayRate), (c, s) => c.Controls.OverlayRate = s.OverlayRate),
        Encoding(OutputKind.Segmentation),
        Encoding(OutputKind.Depth),
        Encoding(OutputKind.Normals),
        new(Fit, "cameras.*.fit", c => Word(c.Fit), (c, s) => c.Refit(s.Cameras[0].Fit!.Value)),
    ];

    private readonly Lock gate = new();

    /// <summary>Told of every change, on the thread that makes it.</summary>
    public event Action<CameraPipeline, RemoteParameter>? Changed;

    /// <summary>The parameters that a camera has.</summary>
    public static IEnumerable<RemoteParameter> Of(CameraPipeline camera) =>
        All.Where(p => p.Kind is not { } kind || camera.Description.Output(kind) is not null).Where(p => p.Name != Rate || camera.IsLive);

    /// <summary>What a parameter is now.</summary>
    public static string ValueOf(CameraPipeline camera, string name) => All.First(p => p.Name == name).Read(camera);

    /// <summary>A camera of the node.</summary>
    /// <exception cref="RemoteRefusal">There is none of this name.</exception>
    public CameraPipeline Camera(string id) => pipelines.Cameras.FirstOrDefault(c => c.Camera.Id == id)
        ?? throw new RemoteRefusal($"there is no camera '{id}'; there are {string.Join(", ", pipelines.Cameras.Select(c => c.Camera.Id))}");

    /// <summary>Whether a value could be set.</summary>
    /// <exception cref="RemoteRefusal">It could not.</exception>
    public static (RemoteParameter Parameter, NodeSettings Wanted) Check(CameraPipeline camera, string name, string value)
    {
        if (name == Rate && !camera.IsLive)
        {
            throw new RemoteRefusal($"camera '{camera.Camera.Id}' plays a recording, of which every frame is processed");
        }
        RemoteParameter parameter = Of(camera).FirstOrDefault(p => p.Name == name)
            ?? throw new RemoteRefusal($"camera '{camera.Camera.Id}' has no parameter '{name}'; there are {string.Join(", ", Of(camera).Select(p => p.Name))}");
        var wanted = new NodeSettings();
        wanted.Cameras.Add(new CameraSettings());
        try
        {
            parameter.Setting.Apply(wanted, 0, value);
        }
        catch (FormatException e)
        {
            throw new RemoteRefusal($"{name} is '{value}', {e.Message} ({parameter.Setting.Meaning})");
        }
        return (parameter, wanted);
    }

    /// <summary>Sets a value; from the next frame on it holds.</summary>
    /// <exception cref="RemoteRefusal">There is no such parameter, or it cannot have this value, or not now.</exception>
    public void Set(CameraPipeline camera, string name, string value)
    {
        (RemoteParameter parameter, NodeSettings wanted) = Check(camera, name, value);
        // Two at once would tell their states in any order.
        lock (gate)
        {
            if (name == Fit)
            {
                using IDisposable hold = recorder.Hold("the fit of a camera is being changed");
                parameter.Write(camera, wanted);
            }
            else
            {
                parameter.Write(camera, wanted);
            }
            Changed?.Invoke(camera, parameter);
        }
    }

    private static RemoteParameter Encoding(OutputKind kind)
    {
        string output = Messaging.Topics.NameOf(kind);
        return new($"{output}-encoding", $"outputs.{output}", c => Word(c.Controls[kind]), (c, s) => c.Controls[kind] = s.EncodingOf(kind)) { Kind = kind };
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}

/// <summary>A parameter of a camera.</summary>
/// <param name="Name">In topics.</param>
/// <param name="Path">The setting whose values it takes.</param>
/// <param name="Read">Its value.</param>
/// <param name="Write">Gives it the one in the settings.</param>
internal sealed record RemoteParameter(string Name, string Path, Func<CameraPipeline, string> Read, Action<CameraPipeline, NodeSettings> Write)
{
    /// <summary>The output it belongs to; null: to the camera.</summary>
    public OutputKind? Kind { get; init; }

    /// <summary>The setting of the configuration.</summary>
    public Setting Setting { get; } = Setting.At(Path)!;

    /// <summary>What its values look like.</summary>
    public SettingForm Form { get; } = Setting.At(Path)!.Form;
}
