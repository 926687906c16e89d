using System.Text;
using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Reports;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

public sealed class ReportTests : IDisposable
{
    private static readonly ImageSet Images = MiniatureData.Set(4, 32, 32);
    private readonly string folder = Directory.CreateTempSubdirectory("roboperception").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Checksums_are_those_of_the_record_format()
    {
        // CRC-32C of "123456789" is E3069283 (RFC 3720, B.4); masked: rotated right by 15 bits, plus A282EAD8.
        const uint crc = 0xE3069283;
        Assert.Equal(unchecked(((crc >> 15) | (crc << 17)) + 0xA282EAD8), EventFile.MaskedCrc("123456789"u8));
    }

    [Fact]
    public void Events_are_read_back_with_sound_checksums()
    {
        using (var file = new EventFile(folder, DateTimeOffset.FromUnixTimeSeconds(1000)))
        {
            file.Add(DateTimeOffset.FromUnixTimeSeconds(1001), 300, [new("loss/seg", 1.5), new("loss/none", double.NaN), new("weight/seg", 0.25)]);
        }

        var records = Records(File.ReadAllBytes(Directory.GetFiles(folder, "events.out.tfevents.*").Single()));
        Assert.Equal(2, records.Count);
        Assert.Contains("brain.Event:2", Encoding.Latin1.GetString(records[0]), StringComparison.Ordinal);

        // Event: wall time (1, double), step (2, varint 300 = AC 02), summary (5) of two values: tag (1), float (2).
        var scalar = records[1];
        Assert.Equal(1001.0, BitConverter.ToDouble(scalar, 1));
        Assert.Equal([0x10, 0xAC, 0x02, 0x2A], scalar[9..13]);
        Assert.Equal([0x0A, 15, 0x0A, 8, .. "loss/seg"u8, 0x15, .. BitConverter.GetBytes(1.5f)], scalar[14..31]);
        Assert.Equal([0x0A, 17, 0x0A, 10, .. "weight/seg"u8, 0x15, .. BitConverter.GetBytes(0.25f)], scalar[31..]);
    }

    [Fact]
    public void A_run_leaves_events_and_a_page_that_is_complete_in_itself()
    {
        var recipe = new TrainingState
        {
            Options = new TrainingOptions { Network = "mtan-segnet:widths=4,4,4,4,4", Height = 32, Width = 32, Epochs = 6, BatchSize = 2, LearningRate = 1e-3, Weighting = "dwa" },
            DataSet = "boxes & floors",
        };
        using (var trainer = Trainer.Start(folder, recipe, Images, Images, CPU))
        using (new RunEvents(trainer, folder))
        {
            trainer.Run();
        }

        HtmlReport.Write(folder, Images, CPU);
        var page = File.ReadAllText(Path.Combine(folder, HtmlReport.FileName));
        Assert.Contains("boxes &amp; floors", page, StringComparison.Ordinal);
        Assert.Contains("<polyline points=", page, StringComparison.Ordinal);
        Assert.Contains("segmentation.miou_pooled", page, StringComparison.Ordinal);
        Assert.Contains("sofa", page, StringComparison.Ordinal);

        // Three best and three worst images: each a photograph and, for three tasks, prediction and ground truth.
        Assert.Equal(6 * 7, page.Split("data:image/png;base64,").Length - 1);
        Assert.DoesNotContain("http://", page.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var events = Records(File.ReadAllBytes(Directory.GetFiles(folder, "events.out.tfevents.*").Single()));
        Assert.Equal(1 + 1 + 6, events.Count);
    }

    [Fact]
    public void A_log_with_a_cut_line_and_a_repeated_epoch_is_read()
    {
        var path = Path.Combine(folder, "log.jsonl");
        const string first = """{"epoch":1,"step":3,"elapsed_seconds":1,"learning_rate":0.1,"losses":{"seg":2},"metrics":{},"score":null}""";
        File.WriteAllLines(path, [first, first.Replace(":2}", ":3}", StringComparison.Ordinal), first[..40]]);
        Assert.Equal(3, HtmlReport.ReadLog(path).Single().Losses["seg"]);
    }

    [Fact]
    public void Images_show_the_class_colours()
    {
        var task = TaskDescription.Segmentation(ClassMap.Nyu13);
        var prediction = new float[13 * 2];
        prediction[(4 * 2) + 0] = 1;
        prediction[(12 * 2) + 1] = 1;
        using var image = OpenCvSharp.Cv2.ImDecode(TaskImage.Prediction(task, prediction, 1, 2), OpenCvSharp.ImreadModes.Color);
        var (floor, window) = (ClassMap.Nyu13.Classes[4], ClassMap.Nyu13.Classes[12]);
        Assert.Equal((floor.Red, floor.Green, floor.Blue), Pixel(0));
        Assert.Equal((window.Red, window.Green, window.Blue), Pixel(1));

        (byte Red, byte Green, byte Blue) Pixel(int column)
        {
            var pixel = image.AsSpan<OpenCvSharp.Vec3b>()[column];
            return (pixel.Item2, pixel.Item1, pixel.Item0);
        }
    }

    private static List<byte[]> Records(byte[] file)
    {
        var records = new List<byte[]>();
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BitConverter.ToUInt64(file, at);
            Assert.Equal(EventFile.MaskedCrc(file.AsSpan(at, 8)), BitConverter.ToUInt32(file, at + 8));
            var record = file.AsSpan(at + 12, length).ToArray();
            Assert.Equal(EventFile.MaskedCrc(record), BitConverter.ToUInt32(file, at + 12 + length));
            records.Add(record);
            at += 16 + length;
        }

        return records;
    }
}
