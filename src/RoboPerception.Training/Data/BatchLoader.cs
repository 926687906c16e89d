using System.Collections.Concurrent;

namespace RoboPerception.Training.Data;

/// <summary>
/// Prepares the batches of one epoch on a thread of its own, two ahead of the trainer. Order and views depend on seed, epoch and
/// place alone, so a resumed run sees exactly what the interrupted one would have seen.
/// </summary>
public sealed class BatchLoader : IDisposable
{
    private const int Ahead = 2;
    private readonly BlockingCollection<Batch> ready = new(Ahead);
    private readonly CancellationTokenSource stop = new();
    private readonly Thread thread;
    private Exception? failure;

    /// <summary>Starts preparing batches <paramref name="firstBatch"/>, ... of an epoch.</summary>
    public BatchLoader(ImageSource images, Augmentation augmentation, int batchSize, int seed, int epoch, int firstBatch = 0)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(augmentation);
        var order = Order(images.Count, seed, epoch);
        var count = BatchesPerEpoch(images.Count, batchSize);
        thread = new Thread(() => Prepare(images, augmentation, Math.Min(batchSize, images.Count), order, (seed, epoch), firstBatch, count))
        {
            IsBackground = true,
            Name = "batch loader",
        };
        thread.Start();
    }

    /// <summary>Batches of an epoch. The remainder is left out: batch norm over one image would be noise. A set smaller than a batch is one batch.</summary>
    public static int BatchesPerEpoch(int images, int batchSize) => Math.Max(images / batchSize, 1);

    /// <summary>The batches, in order.</summary>
    public IEnumerable<Batch> Batches()
    {
        foreach (var batch in ready.GetConsumingEnumerable())
        {
            yield return batch;
        }

        if (failure is not null)
        {
            throw new InvalidOperationException("Preparing a batch failed.", failure);
        }
    }

    /// <summary>Stops the thread; batches not taken are dropped.</summary>
    public void Dispose()
    {
        stop.Cancel();
        thread.Join();
        ready.Dispose();
        stop.Dispose();
    }

    /// <summary>The shuffled order of an epoch.</summary>
    internal static int[] Order(int count, int seed, int epoch)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        new Random(Seeds.Mix(seed, epoch, -1)).Shuffle(order);
        return order;
    }

    private void Prepare(ImageSource images, Augmentation augmentation, int batchSize, int[] order, (int Seed, int Epoch) run, int first, int count)
    {
        try
        {
            for (var b = first; b < count; b++)
            {
                var batch = new Batch(batchSize, augmentation.Height, augmentation.Width);
                for (var n = 0; n < batchSize; n++)
                {
                    var place = (b * batchSize) + n;
                    var random = new Random(Seeds.Mix(run.Seed, run.Epoch, place));
                    SampleWriter.Write(images.Read(run.Epoch, order[place]), augmentation.Draw(random, images.Height, images.Width), batch, n);
                }

                ready.Add(batch, stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Dispose asked for it.
        }
        catch (Exception e)
        {
            failure = e;
        }
        finally
        {
            ready.CompleteAdding();
        }
    }
}
