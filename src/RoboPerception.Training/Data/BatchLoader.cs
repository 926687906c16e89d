using System.Collections.Concurrent;

namespace RoboPerception.Training.Data;

/// <summary>
/// Prepares the batches of one epoch on threads of its own, a few ahead of the trainer. Order and views depend on seed, epoch and place
/// alone, not on the threads, so a resumed run sees exactly what the interrupted one would have seen.
/// </summary>
internal sealed class BatchLoader : IDisposable
{
    private readonly ImageSource images;
    private readonly Augmentation augmentation;
    private readonly int batchSize, seed, epoch, first, count;
    private readonly int[] order;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<Batch>> batches = new();
    private readonly ConcurrentBag<Batch> spare = [];
    private readonly SemaphoreSlim places;
    private readonly CancellationTokenSource stop = new();
    private readonly Lock oneReader = new();
    private readonly Thread[] threads;
    private int next;

    /// <summary>Starts preparing batches <paramref name="firstBatch"/>, ... of an epoch on so many threads.</summary>
    public BatchLoader(ImageSource images, Augmentation augmentation, int batchSize, int seed, int epoch, int firstBatch = 0, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(augmentation);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        this.images = images;
        this.augmentation = augmentation;
        this.batchSize = Math.Min(batchSize, images.Count);
        (this.seed, this.epoch) = (seed, epoch);
        order = Order(images.Count, seed, epoch);
        count = BatchesPerEpoch(images.Count, batchSize);
        (first, next) = (firstBatch, firstBatch - 1);

        // One batch in the making on every thread and one that waits.
        places = new SemaphoreSlim(threads + 1);
        this.threads = [.. Enumerable.Range(1, threads).Select(n => new Thread(Prepare) { IsBackground = true, Name = $"batch loader {n}" })];
        foreach (var thread in this.threads)
        {
            thread.Start();
        }
    }

    /// <summary>Batches of an epoch. The remainder is left out: batch norm over one image would be noise. A set smaller than a batch is one batch.</summary>
    public static int BatchesPerEpoch(int images, int batchSize) => Math.Max(images / batchSize, 1);

    /// <summary>The batches, in order.</summary>
    /// <exception cref="UserErrorException">An image could not be read.</exception>
    public IEnumerable<Batch> Batches()
    {
        for (var b = first; b < count; b++)
        {
            var batch = Slot(b).Task.GetAwaiter().GetResult();
            batches.TryRemove(b, out _);
            places.Release();
            yield return batch;
        }
    }

    /// <summary>
    /// Gives a batch back once no tensor looks at it: its memory serves a later one. A batch is tens of megabytes; thrown away at every step they
    /// made a long run's memory grow by the gigabyte between two full collections.
    /// </summary>
    public void Return(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        spare.Add(batch);
    }

    /// <summary>Stops the threads; batches not taken are dropped.</summary>
    public void Dispose()
    {
        stop.Cancel();
        foreach (var thread in threads)
        {
            thread.Join();
        }

        places.Dispose();
        stop.Dispose();
    }

    /// <summary>The shuffled order of an epoch.</summary>
    internal static int[] Order(int count, int seed, int epoch)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        new Random(Seeds.Mix(seed, epoch, -1)).Shuffle(order);
        return order;
    }

    private TaskCompletionSource<Batch> Slot(int b) => batches.GetOrAdd(b, static _ => new TaskCompletionSource<Batch>(TaskCreationOptions.RunContinuationsAsynchronously));

    private void Prepare()
    {
        while (true)
        {
            try
            {
                places.Wait(stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            // Numbers are taken only with a place in hand: the lowest that is missing is always in the making.
            var b = Interlocked.Increment(ref next);
            if (b >= count)
            {
                return;
            }

            try
            {
                Slot(b).SetResult(Make(b));
            }
            catch (Exception failure)
            {
                Slot(b).SetException(failure);
            }
        }
    }

    private Batch Make(int b)
    {
        if (spare.TryTake(out var batch))
        {
            batch.Clear();
        }
        else
        {
            batch = new Batch(batchSize, augmentation.Height, augmentation.Width);
        }

        for (var n = 0; n < batchSize && !stop.IsCancellationRequested; n++)
        {
            var place = (b * batchSize) + n;
            var random = new Random(Seeds.Mix(seed, epoch, place));
            var image = Read(order[place]);
            SampleWriter.Write(image, augmentation.Draw(random, image.Height, image.Width), batch, n);
        }

        images.Statistics?.Apply(batch);
        return batch;
    }

    private LabeledImage Read(int place)
    {
        if (images.AllowsManyReaders)
        {
            return images.Read(epoch, place);
        }

        lock (oneReader)
        {
            return images.Read(epoch, place);
        }
    }
}
