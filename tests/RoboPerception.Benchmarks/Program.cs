using System.CommandLine;
using RoboPerception.Benchmarks;
using RoboPerception.Benchmarks.Faults;
using RoboPerception.Benchmarks.Fuzzing;
using RoboPerception.Benchmarks.Peers;
using RoboPerception.Benchmarks.Mqtt;
using RoboPerception.Benchmarks.Quality;
using RoboPerception.Benchmarks.Scenes;
using RoboPerception.Benchmarks.Training;
using RoboPerception.Core;
using RoboPerception.Node;

if (await Receiver.TryRunAsync(args) is { } received)
{
    return received;
}

var model = new Option<string?>("--model") { Description = "the ONNX file; default: the shipped one", HelpName = "FILE" };
var video = new Option<string>("--video") { Description = "the recording", HelpName = "FILE", DefaultValueFactory = _ => "/usr/share/doc/opencv-doc/examples/data/vtest.avi" };
var frames = new Option<int>("--frames") { Description = "frames per measurement", HelpName = "N", DefaultValueFactory = _ => 60 };
var repeats = new Option<int>("--rounds") { Description = "rounds that alternate; figures are medians", HelpName = "N", DefaultValueFactory = _ => 7 };
var output = new Option<string?>("--out") { Description = "also write the JSON here", HelpName = "FILE" };
var root = new RootCommand("Measures the node against a bare OrtRun loop") { model, video, frames, repeats, output };
root.SetAction((parsed, _) => PipelineBenchmark.RunAsync(parsed.GetValue(model) ?? DefaultModel.Find(), parsed.GetValue(video)!, parsed.GetValue(frames), parsed.GetValue(repeats), parsed.GetValue(output)));

var peers = new Command("peers", "the node beside the same job in Node.js (onnxruntime-node, mqtt.js, sharp)") { model, video, frames, repeats, output };
peers.SetAction((parsed, _) => PeersBenchmark.RunAsync(parsed.GetValue(model) ?? DefaultModel.Find(), parsed.GetValue(video)!, parsed.GetValue(frames), parsed.GetValue(repeats), parsed.GetValue(output)));
root.Subcommands.Add(peers);

var recording = new Command("recording", "frames/s of a replay with a recording and without, by what is kept of the input") { model, video, frames, repeats, output };
recording.SetAction((parsed, _) => RecordingBenchmark.RunAsync(parsed.GetValue(model) ?? DefaultModel.Find(), parsed.GetValue(video)!, parsed.GetValue(frames), parsed.GetValue(repeats), parsed.GetValue(output)));
root.Subcommands.Add(recording);

var payloads = new Command("payloads", "encoders: milliseconds and bytes") { model };
payloads.SetAction(parsed => PayloadBenchmark.Run(parsed.GetValue(model) ?? DefaultModel.Find()));
root.Subcommands.Add(payloads);

var scan = new Command("scan", "ground, free space and nearest obstacles: milliseconds a frame on one core, beside inference") { model };
scan.SetAction(parsed => ScanBenchmark.Run(parsed.GetValue(model) ?? DefaultModel.Find()));
root.Subcommands.Add(scan);

var folder = new Argument<string>("folder") { Description = "folder of .onnx files", DefaultValueFactory = _ => DefaultModel.Folder ?? "models" };
var turns = new Option<int>("--rounds") { Description = "turns of ten runs", DefaultValueFactory = _ => 10 };
var models = new Command("models", "every model of a folder: ms per frame, as a ratio to the first") { folder, turns };
models.SetAction(parsed => ModelsBenchmark.Run(parsed.GetValue(folder)!, parsed.GetValue(turns)));
root.Subcommands.Add(models);

var film = new Argument<string>("film") { Description = "a video file" };
var first = new Option<int>("--frames") { Description = "frames from the start", DefaultValueFactory = _ => 300 };
var temporal = new Command("temporal", "flicker of labels and jitter of depth and normals over a film") { film, first, model };
temporal.SetAction(parsed => TemporalBenchmark.Run(parsed.GetValue(model) ?? DefaultModel.Find(), parsed.GetValue(film)!, parsed.GetValue(first)));
root.Subcommands.Add(temporal);

var data = new Argument<string>("data") { Description = "labelled images as for 'roboperception-train evaluate'" };
var ids = new Option<string?>("--ids") { Description = "a split or a file of ids; by default the validation images" };
var fitting = new Option<bool>("--fit") { Description = "16:9, 1:1 and 9:16 images, stretched, cropped and letterboxed" };
var seen = new Option<string[]>("--model") { Description = "model file; by default the released one. With --fit several, such as one network exported at several sizes", HelpName = "FILE", DefaultValueFactory = _ => [DefaultModel.Find()], AllowMultipleArgumentsPerToken = true };
var shape = new Option<string?>("--shape") { Description = "with --fit: 16:9, 1:1 or 9:16 alone" };
var cameras = new Command("cameras", "depth through other cameras, with the correction by focal lengths and without; --fit: images of other shapes, by each way of fitting them to the grid") { data, ids, seen, fitting, shape };
cameras.SetAction(parsed => parsed.GetValue(fitting) ? FitBenchmark.Run(parsed.GetValue(seen)!, parsed.GetValue(data)!, parsed.GetValue(ids), parsed.GetValue(shape)) : CamerasBenchmark.Run(parsed.GetValue(seen) is [var only] ? only : throw new UserErrorException(ExitCode.Usage, "Several --model are compared with --fit alone."), parsed.GetValue(data)!, parsed.GetValue(ids)));
root.Subcommands.Add(cameras);

var what = new Argument<string[]>("what") { Description = "speed | scaling | seeds [count] [first] | balance [frames] | images FOLDER seed...; the first four without a name" };
var scenes = new Command("scenes", "the scene renderer") { what };
scenes.SetAction(parsed => SceneBenchmarks.Run(parsed.GetValue(what) ?? []));
root.Subcommands.Add(scenes);

var bouts = new Option<int>("--rounds") { Description = "rounds, alternating with libmosquitto", DefaultValueFactory = _ => 5 };
var each = new Option<int>("--frames") { Description = "frames of a round", DefaultValueFactory = _ => 60 };
var slow = new Option<int>("--seconds") { Description = "seconds of the slow subscriber", DefaultValueFactory = _ => 60 };
var mqtt = new Command("mqtt", "publishing beside libmosquitto, and a subscriber three times too slow") { bouts, each, slow, output };
mqtt.SetAction((parsed, _) => MqttBenchmark.RunAsync(parsed.GetValue(bouts), parsed.GetValue(each), parsed.GetValue(slow), parsed.GetValue(output)));
root.Subcommands.Add(mqtt);

var rounds = new Option<int>("--rounds") { Description = "rounds, alternating with Python", DefaultValueFactory = _ => 7 };
var steps = new Option<int>("--steps") { Description = "steps of a round", DefaultValueFactory = _ => 5 };
var threads = new Option<int>("--threads") { Description = "threads of libtorch on both sides", DefaultValueFactory = _ => Environment.ProcessorCount };
var trainer = new Option<string>("--device") { Description = "cpu or cuda", DefaultValueFactory = _ => "cpu" };
var interpreter = new Option<string>("--python") { Description = "a Python with a torch", HelpName = "FILE", DefaultValueFactory = _ => "/usr/bin/python3" };
var widths = new Option<string>("--widths") { Description = "channels of the network's levels", DefaultValueFactory = _ => TrainingBenchmark.Widths };
var alone = new Option<bool>("--alone") { Description = "measure the trainer alone where that Python has no torch" };
var overhead = new Option<bool>("--overhead") { Description = "instead: what a step of a tiny network costs beside its passes, with TorchSharp's optimiser tensor by tensor and as the trainer does it" };
var training = new Command("training", "the trainer's step beside the same network in Python on the same libtorch") { rounds, steps, threads, trainer, interpreter, alone, widths, overhead };
training.SetAction(parsed => parsed.GetValue(overhead) ? OverheadBenchmark.Run(parsed.GetValue(rounds), parsed.GetValue(threads)) : TrainingBenchmark.Run(parsed.GetValue(rounds), parsed.GetValue(steps), parsed.GetValue(threads), parsed.GetValue(trainer)!, parsed.GetValue(interpreter)!, parsed.GetValue(alone), parsed.GetValue(widths)!));
root.Subcommands.Add(training);

var duration = new Option<double>("--seconds") { Description = "how long to try", DefaultValueFactory = _ => 60 };
var chance = new Option<int>("--seed") { Description = "the same seed gives the same convolutions", DefaultValueFactory = _ => 1 };
var convolutions = new Command("convolutions", "libtorch's convolutions and their gradients on this processor against float64; ONEDNN_MAX_CPU_ISA chooses oneDNN's kernels") { duration, chance };
convolutions.SetAction(parsed => ConvolutionsBenchmark.Run(parsed.GetValue(duration), parsed.GetValue(chance)));
root.Subcommands.Add(convolutions);

var inputs = new Argument<int>("inputs") { Description = "damaged inputs for each format", DefaultValueFactory = _ => 1_000_000 };
var seed = new Option<int>("--seed") { Description = "the same seed gives the same inputs", DefaultValueFactory = _ => 1 };
var only = new Option<string>("--only") { Description = "the format of this name, or those whose names contain it", DefaultValueFactory = _ => "" };
var most = new Option<double>("--seconds") { Description = "for each format at most; go on with another seed" };
var collected = new Option<string?>("--out") { Description = "add the figures to this JSON", HelpName = "FILE" };
var clients = new Option<bool>("--clients") { Description = "instead: the readers in C++ (with sanitisers), JavaScript and Python, on damaged tests/vectors" };
var fuzz = new Command("fuzz", "damaged inputs for everything that reads bytes from outside") { inputs, seed, only, most, clients, collected };
fuzz.SetAction(parsed => FuzzBenchmark.Run(new FuzzBenchmark.Request(
    Directory.GetCurrentDirectory(), parsed.GetValue(inputs), parsed.GetValue(seed), parsed.GetValue(only)!, parsed.GetValue(most), parsed.GetValue(clients), parsed.GetValue(collected))));
root.Subcommands.Add(fuzz);

var own = new Option<string?>("--model") { Description = "the ONNX file; default: a small one made for this", HelpName = "FILE" };
var quick = new Option<bool>("--quick") { Description = "five repetitions, a cut of five seconds, a minute of soak" };
var kinds = new Option<string>("--only") { Description = "broker, source, disk, network or soak", DefaultValueFactory = _ => "" };
var minutes = new Option<double>("--minutes") { Description = "of the soak", DefaultValueFactory = _ => 120 };
var times = new Option<int>("--times") { Description = "repetitions of killed brokers and cameras", DefaultValueFactory = _ => 100 };
var cuts = new Option<int[]>("--cuts") { Description = "seconds of each cut of the network", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [5, 30, 120, 5, 30, 5, 5, 5] };
var faults = new Command("faults", "killed brokers and cameras, full disks, cut networks, hours at 30 Hz: what was lost, how soon all was well again") { own, quick, kinds, minutes, times, cuts, output };
faults.SetAction((parsed, _) => FaultsBenchmark.RunAsync(
    new FaultsBenchmark.Request(parsed.GetValue(own), parsed.GetValue(quick), parsed.GetValue(kinds)!, parsed.GetValue(minutes), parsed.GetValue(times), parsed.GetValue(cuts)!), parsed.GetValue(output)));
root.Subcommands.Add(faults);

try
{
    return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (UserErrorException e)
{
    Console.Error.WriteLine($"bench: {e.Message}");
    return (int)e.ExitCode;
}
