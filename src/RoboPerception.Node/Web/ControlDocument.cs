using RoboPerception.Node.Configuration;
using RoboPerception.Node.Pipeline;
using RoboPerception.Node.Remote;

namespace RoboPerception.Node.Web;

/// <summary>What the page may change, as it is now.</summary>
/// <param name="Cameras">The parameters of each camera.</param>
/// <param name="Recording">Name of the recording that runs; null = none.</param>
/// <param name="Frames">Frames in it.</param>
internal sealed record ControlDocument(IReadOnlyDictionary<string, IReadOnlyList<ControlParameter>> Cameras, string? Recording, long? Frames)
{
    /// <summary>As it is now.</summary>
    public static ControlDocument Of(IReadOnlyList<CameraPipeline> cameras, RemoteRecorder recorder) => new(
        cameras.ToDictionary(c => c.Camera.Id, c => (IReadOnlyList<ControlParameter>)[.. RemoteParameters.Of(c).Select(p => ControlParameter.Of(p, c))]),
        recorder.CurrentName,
        recorder.Current?.Recorded);
}

/// <summary>A parameter of a camera.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="Meaning">What it is.</param>
/// <param name="Words">The values it may have; null for a number.</param>
/// <param name="Minimum">Smallest number.</param>
/// <param name="Maximum">Largest number.</param>
internal sealed record ControlParameter(string Name, string Value, string Meaning, IReadOnlyList<string>? Words, double? Minimum, double? Maximum)
{
    /// <summary>As it is now.</summary>
    public static ControlParameter Of(RemoteParameter parameter, CameraPipeline camera)
    {
        SettingForm form = parameter.Form;
        bool isNumber = form.Kind == SettingKind.Number;
        return new ControlParameter(parameter.Name, parameter.Read(camera), parameter.Setting.Meaning, isNumber ? null : form.Words, isNumber ? form.Minimum : null, isNumber ? form.Maximum : null);
    }
}
