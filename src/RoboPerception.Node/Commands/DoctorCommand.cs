using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using MQTTnet;
using OpenCvSharp;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using Spectre.Console;

namespace RoboPerception.Node.Commands;

/// <summary><c>doctor</c>: every native library, execution provider, broker, camera and model, found or not, and the one command that fixes it.</summary>
internal static class DoctorCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var broker = new Option<string?>("--broker", "-b") { Description = "also try this broker: mqtt[s]://user@host[:port]", HelpName = "URL" };
        var passwordFile = new Option<string?>("--password-file") { Description = "file whose first line is the broker password", HelpName = "FILE" };
        var caFile = new Option<string?>("--ca-file") { Description = "PEM file of the authority that signed the broker's certificate", HelpName = "FILE" };
        var certFile = new Option<string?>("--cert-file") { Description = "PEM file with our own certificate, for brokers that ask for one", HelpName = "FILE" };
        var keyFile = new Option<string?>("--key-file") { Description = "PEM file with its key, if it is not in the same file", HelpName = "FILE" };
        var model = new Option<string?>("--model", "-m") { Description = "hold this model on a provider against the CPU, and say at which operator they part", HelpName = "FILE" };
        var provider = new Option<string>("--provider") { Description = "tensorrt, cuda or cpu, for --model", HelpName = "NAME", DefaultValueFactory = _ => "cuda" };
        // For rehearsing without a provider that computes wrongly: this file stands in for the model on the provider.
        var against = new Option<string?>("--against") { HelpName = "FILE", Hidden = true };
        var command = new Command("doctor", "check everything the node needs on this machine") { broker, passwordFile, caFile, certFile, keyFile, model, provider, against };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(model) is { } file)
            {
                return (int)DoctorModel.Check(file, parsed.GetValue(provider)!, parsed.GetValue(against));
            }
            List<DoctorCheck> checks = [.. Machine(), .. Libraries(), .. Providers(), .. Brokers(), .. Cameras(), .. Models()];
            if (parsed.GetValue(broker) is { } url)
            {
                checks.Add(DoctorBroker.Check(url, parsed.GetValue(passwordFile), parsed.GetValue(caFile), parsed.GetValue(certFile), parsed.GetValue(keyFile)));
            }
            Show(checks);
            return checks.Any(c => c.State == DoctorState.Missing) ? (int)ExitCode.Failed : (int)ExitCode.Ok;
        });
        return command;
    }

    private static IEnumerable<DoctorCheck> Machine()
    {
        yield return new DoctorCheck("machine", DoctorState.Found, string.Create(
            CultureInfo.InvariantCulture, $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores, .NET {Environment.Version}"));
        const string tegra = "/etc/nv_tegra_release";
        const string driver = "/proc/driver/nvidia/version";
        yield return File.Exists(tegra) ? new DoctorCheck("NVIDIA GPU", DoctorState.Found, File.ReadLines(tegra).First())
            : File.Exists(driver) ? new DoctorCheck("NVIDIA GPU", DoctorState.Found, File.ReadLines(driver).First())
            : new DoctorCheck("NVIDIA GPU", DoctorState.Absent, "no driver", "install the NVIDIA driver, or JetPack on a Jetson");
    }

    private static IEnumerable<DoctorCheck> Libraries()
    {
        yield return DoctorCheck.Try("OpenCV", DoctorState.Missing, "launch/setup.sh", () =>
        {
            string[] lines = Cv2.GetBuildInformation().Split('\n');
            string Has(string key) => lines.Any(l => l.TrimStart().StartsWith(key, StringComparison.OrdinalIgnoreCase) && l.Contains("YES", StringComparison.Ordinal)) ? "yes" : "no";
            return $"{Cv2.GetVersionString()} ({Variant("OpenCv")}), FFmpeg {Has("FFMPEG:")}, V4L2 {Has("v4l/v4l2:")}";
        });
        yield return DoctorCheck.Try("MQTT client", DoctorState.Missing, "launch/setup.sh", () =>
        {
            using IMqttClient client = new MqttClientFactory().CreateMqttClient();
            return typeof(IMqttClient).Assembly.GetName() is { } name ? $"{name.Name} {name.Version}" : "loaded";
        });
        yield return DoctorCheck.Try("ONNX Runtime", DoctorState.Missing, "launch/setup.sh", () =>
            $"{OnnxRuntimeLibrary.LoadedVersion} ({Variant("OnnxRuntime")}){(OnnxRuntimeLibrary.NamedPath is { } path ? $" from {path}" : "")}, built with {string.Join(", ", OnnxRuntimeLibrary.BuiltInProviders.Select(p => p.Replace("ExecutionProvider", "", StringComparison.Ordinal)))}");
    }

    private static IEnumerable<DoctorCheck> Providers()
    {
        foreach (ExecutionProvider provider in ExecutionProviders.Default)
        {
            ProviderAttempt? attempt = null;
            DoctorCheck check = DoctorCheck.Try($"provider {provider.Name()}", provider == ExecutionProvider.Cpu ? DoctorState.Missing : DoctorState.Absent, "launch/setup.sh", () =>
            {
                attempt = ExecutionProviderSelector.Probe(provider, new InferenceSettings());
                return "libraries load";
            });
            yield return attempt is { Loaded: false } ? new DoctorCheck(check.Name, DoctorState.Absent, attempt.Reason, attempt.Remedy) : check;
        }
    }

    private static IEnumerable<DoctorCheck> Brokers()
    {
        yield return DoctorCheck.Try("own broker", DoctorState.Absent, "sudo apt-get install mosquitto", () =>
        {
            using LocalBroker broker = LocalBroker.Start();
            return $"mosquitto starts and accepts connections on loopback (port {broker.Address.Port.ToString(CultureInfo.InvariantCulture)})";
        });
    }

    private static IEnumerable<DoctorCheck> Cameras()
    {
        const string folder = "/sys/class/video4linux";
        string[] devices = Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)] : [];
        if (devices.Length == 0)
        {
            yield return new DoctorCheck("cameras", DoctorState.Absent, "no /dev/video*", "plug one in, or use rtsp://, csi:// or a file");
        }
        yield return RtspSource.Program is { } ffmpeg
            ? new DoctorCheck("ffmpeg", DoctorState.Found, $"{ffmpeg}: rtsp:// can be used")
            : new DoctorCheck("ffmpeg", DoctorState.Absent, "not installed", "for rtsp:// alone: sudo apt-get install ffmpeg");
        yield return GStreamerCheck.Lacking() is { } lacking
            ? new DoctorCheck("GStreamer", DoctorState.Absent, lacking, $"for csi:// and gst:// alone: sudo apt-get install {GStreamerCheck.Packages}")
            : new DoctorCheck("GStreamer", DoctorState.Found, $"csi:// and gst:// can be used{(GStreamerCheck.HasHardwareDecoder ? "; rtsp:// is decoded by the Jetson's hardware" : "")}");
        foreach (string device in devices)
        {
            string node = "/dev/" + Path.GetFileName(device);
            string name = File.Exists(Path.Combine(device, "name")) ? File.ReadAllText(Path.Combine(device, "name")).Trim() : "?";
            yield return DoctorCheck.Try($"camera {node}", DoctorState.Absent, "sudo usermod -aG video $USER, then log in again", () =>
            {
                using FileStream _ = File.OpenRead(node);
                return $"{name}: v4l2://{node}";
            });
        }
    }

    private static IEnumerable<DoctorCheck> Models()
    {
        string? folder = DefaultModel.Folder;
        string[] files = folder is null ? [] : [.. Directory.EnumerateFiles(folder, "*.onnx").Order(StringComparer.Ordinal)];
        if (files.Length == 0)
        {
            yield return new DoctorCheck("models", DoctorState.Absent, "no models folder beside the program", "give --model FILE");
        }
        foreach (string file in files)
        {
            yield return DoctorCheck.Try($"model {Path.GetFileName(file)}", DoctorState.Missing, "git checkout models", () =>
            {
                ModelDescription model = ModelFile.Load(file).Description;
                return string.Create(CultureInfo.InvariantCulture, $"{model.Architecture}, {model.Input.Width}x{model.Input.Height}, {new FileInfo(file).Length / 1e6:0.0} MB");
            });
        }
    }

    private static string Variant(string property) => $"{property}={BuildVariants.Of(property, typeof(DoctorCommand).Assembly, typeof(PerceptionEngine).Assembly)}";

    private static void Show(List<DoctorCheck> checks)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("part", "", "finding", "remedy");
        foreach (DoctorCheck check in checks)
        {
            string state = check.State switch
            {
                DoctorState.Found => "[green]ok[/]",
                DoctorState.Absent => "[yellow]absent[/]",
                _ => "[red]missing[/]",
            };
            table.AddRow(new Text(check.Name), new Markup(state), new Text(check.Detail), new Text(check.Remedy));
        }
        PlainOutput.Write(table);
    }
}
